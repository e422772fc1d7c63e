/** The capture of a framed document, for the page around it, which is of another origin of the tenant (frames.ts). */

import { Addresses } from "../capture/addresses";
import { Assets } from "../capture/assets";
import { finished, SLICE_MS } from "../capture/budget";
import type { Batch } from "../capture/frames";
import { HtmlSource } from "../capture/source";
import { Ticker } from "../capture/ticker";
import { fits } from "../capture/too_large";
import type { Operation, Volatile } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";

type Given = Pick<CaptureHost, "limits"> & Pick<Batch, "turn">;

interface Live {
  source: HtmlSource;
  assets: Assets;
  closing: AbortController;
}

/** The one that captures here: another page load around it, or another answer of this one, takes its place. */
let current: Framed | null = null;

export class Framed {
  private live: Live | null = null;
  private readonly ticker = new Ticker(
    () => 0,
    () => this.go(),
  );
  /** The page has taken what was told last. */
  private mayTell = true;
  private isNew = true;
  private isShown = false;
  private turn = 0;
  private asked = 0;
  private readonly answers = new Map<number, (value: unknown) => void>();

  constructor(
    private readonly port: MessagePort,
    private readonly masking: CaptureHost["masking"],
  ) {
    const before = current;
    current = this;
    before?.end();
    port.onmessage = ({ data: [what, ...rest] }) => this.hear(what, rest);
    port.addEventListener("close", () => this.end());
  }

  private hear(what: string, [first, second]: unknown[]): void {
    if (what === "begin") this.begin(first as Given);
    else if (what === "rest") this.rest();
    else if (what === "end") this.end();
    else if (what === "answer") this.answers.get(first as number)?.(second);
    else {
      this.mayTell = true;
      this.ticker.wanted();
    }
  }

  private begin(given: Given): void {
    this.live ??= this.start(given);
    this.turn = given.turn;
    this.isShown = false;
    this.ticker.wanted();
  }

  private start(given: Given): Live {
    const [closing, host] = [new AbortController(), this.host(given)];
    const addresses = new Addresses(host, closing.signal);
    const changed = (isPatient?: boolean): void => this.ticker.wanted(isPatient);
    const assets = new Assets(host, addresses, changed);
    this.isNew = this.mayTell = true;
    return { closing, assets, source: new HtmlSource(host, addresses, assets, changed, null) };
  }

  private rest(): void {
    this.ticker.clear();
    this.live?.source.stop();
    this.live?.assets.stop();
    this.live?.closing.abort();
    this.live = null;
  }

  private end(): void {
    this.rest();
    this.port.close();
    if (current !== this) return;
    current = null;
    delete window.__alongsideFrame;
  }

  private go(): void {
    const { live } = this;
    if (live && this.mayTell) this.ticker.measure(() => this.tell(live), false);
  }

  private tell({ source, assets }: Live): void {
    const batch: Batch = { turn: this.turn, operations: [] };
    if (this.isNew) batch.root = structuredClone(source.model.root);
    this.isNew = false;
    const flush = (): void => {
      batch.change = source.flush(SLICE_MS);
    };
    if (!fits(flush)) return this.giveUp();
    if (source.isBehind) this.ticker.after(0);
    else batch.operations = [...this.whole(source), ...source.drain(false), ...assets.drain()];
    if (!batch.root && !batch.change && !batch.operations.length) return;
    this.mayTell = false;
    this.port.postMessage(JSON.stringify(batch));
  }

  /** The page lets go of whoever says what it does not know. */
  private giveUp(): void {
    this.port.postMessage(["gone"]);
    this.end();
  }

  /** What is not in the tree, where the page does not have it. */
  private whole(source: HtmlSource): Operation[] {
    if (this.isShown) return [];
    this.isShown = true;
    source.shown(null);
    return operations(finished(source.volatile()));
  }

  /** Nothing is kept beyond this document, and all goes by the page around it. */
  private host({ limits }: Given): CaptureHost {
    const kept = new Map<string, string>();
    return {
      tab: 0,
      masking: this.masking,
      limits,
      mappings: {},
      load: (key) => kept.get(key) ?? null,
      save: (key, value) => kept.set(key, value),
      send: () => 0,
      backlogBytes: () => 0,
      useAssetLine: () => undefined,
      offerAssets: (assets) => this.ask("offer", assets),
      uploadAsset: (sha256, type, bytes) => this.ask("upload", sha256, type, bytes),
      ownElement: document.createElement("i"),
    };
  }

  private ask<Answer>(what: string, ...said: unknown[]): Promise<Answer> {
    const key = ++this.asked;
    return new Promise((resolve) => {
      this.answers.set(key, (value) => {
        this.answers.delete(key);
        resolve(value as Answer);
      });
      this.port.postMessage([what, key, ...said]);
    });
  }
}

function operations({ scroll = [], values = [], media = [], focus, ring }: Volatile): Operation[] {
  const now = Date.now();
  return [
    ...scroll.map((place): Operation => ["scroll", now, ...place]),
    ...values.map((value): Operation => ["input", now, ...value]),
    ...media.map(([id, paused, time]): Operation => ["media", now, id, { paused, time }]),
    ...(focus ? [["click", now, "focus", focus, ring ?? 1, 0] as Operation] : []),
  ];
}
