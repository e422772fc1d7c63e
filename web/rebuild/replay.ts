/** The replay of an archive on the review page: any time of what is loaded, the pointer, and what a person picks in it. */

import type { StageReport } from "../protocol/seam";
import type { AssetMap } from "./asset_map";
import { Player } from "./player";
import type { Pointer } from "./pointer";
import type { View } from "./view";

const CLICK_SHOWN_MS = 500;

export class Replay {
  private player: Player;

  constructor(
    private readonly view: View,
    private readonly assets: AssetMap,
    private readonly pointer: Pointer,
    private readonly report: (report: StageReport) => void,
  ) {
    this.player = new Player(view, assets);
    view.frame.parentElement?.addEventListener("click", (event) => this.pick(event));
  }

  /** The page stays as it is until a time is sought. */
  async load(frames: ArrayBuffer[], received: number[], goesOn: boolean): Promise<void> {
    const entries = frames.map((bytes, i) => ({ at: received[i]!, frame: new Uint8Array(bytes) }));
    if (goesOn) return this.player.append(entries);
    const player = new Player(this.view, this.assets);
    await player.load(entries);
    this.player = player; // until then what is picked is of what is still shown
  }

  seek(timeMs: number, settled: () => void): void {
    void this.player.seek(timeMs).then(settled);
    const state = this.player.shown;
    if (!state?.viewport) return;
    const { id, kind, url, title, viewport } = state;
    this.report({ type: "shown", page: id, kind, url, title, viewport, time: timeMs });
    this.point(timeMs);
  }

  /** Text can be selected, and the page touched; afterwards it is as it was recorded. */
  inspect(on: boolean): void {
    this.view.frame.style.pointerEvents = on ? "auto" : "none";
    if (!on) this.player.again();
  }

  private point(timeMs: number): void {
    for (const { at, operation } of this.player.applied()) {
      if (operation[0] === "click" && operation[2] === "mousedown" && timeMs - at < CLICK_SHOWN_MS)
        return this.pointer.click(operation[4], operation[5]);
      const place = operation[0] === "pointer" ? operation[2].findLast(([dt]) => at + dt <= timeMs) : undefined;
      if (place) return this.pointer.move(place[1], place[2]);
      if (operation[0] === "snapshot") return this.pointer.hide();
    }
  }

  /** When something next happened to what was clicked, or did last. */
  private pick({ clientX, clientY }: MouseEvent): void {
    const { frame } = this.view;
    if (frame.style.pointerEvents === "auto") return;
    const box = frame.getBoundingClientRect();
    const scale = Number(frame.width) / box.width;
    const ids = this.view.idsAt((clientX - box.left) * scale, (clientY - box.top) * scale);
    for (const id of ids) {
      for (const items of [this.player.coming(), this.player.applied()]) {
        for (const { at, operation } of items) {
          const isDeed =
            operation[0] === "input" ? operation[2] === id : operation[0] === "click" && operation[3] === id;
          if (isDeed) return this.report({ type: "picked", time: at });
        }
      }
    }
    this.report({ type: "picked", time: null });
  }
}
