/** What the snapshots of this tab have brought: a subtree that the other side has on its shelf is not sent again. */

import type { CaptureHost } from "../protocol/seam";
import type { TreeModel } from "../protocol/tree";
import { FrameKind, SHELF_COUNTER, TAB_SHIFT } from "../protocol/wire";
import type { Shelving } from "./bare_text";
import { Common } from "./common";
import { Outbox } from "./outbox";

/** Beyond either, subtrees stand in their snapshots again, and the next page begins a new edition. */
const MOST_SUBTREES = 4096;
const MOST_LENGTH = 2 * 1024 * 1024;
/** Of a digest; what is kept is not needed to be safe from an attack by the page on itself. */
const NAME_LENGTH = 32;

interface Saved {
  tab: number;
  edition: number;
  length: number;
  isFull: boolean;
  names: string;
}

export class Shelf implements Shelving {
  private edition = 0;
  private known = new Map<string, number>();
  private length = 0;
  private isFull = false;
  /** How many were there when the line that is being written began. */
  private before = 0;
  private outbox!: Outbox;
  readonly common: Common;

  constructor(
    private readonly host: CaptureHost,
    /** Whoever joins late gets only the newest edition, so no page of another one is returned to. */
    private readonly ended: () => void,
  ) {
    this.common = new Common(host);
    this.reload();
  }

  /** Other documents of the tab may have put more there since (back/forward cache). */
  reload(): void {
    const { host } = this;
    this.outbox = this.stream();
    const saved = JSON.parse(host.load("shelf") || "null") as Saved | null;
    if (saved?.tab === host.tab) this.restore(saved);
    else this.clear();
  }

  /** A new edition: nothing is there. */
  clear(): void {
    this.common.clear();
    this.edition = Math.ceil(Math.random() * 1e9); // a number that was used before would stand for something else
    this.known = new Map();
    [this.length, this.before, this.isFull] = [0, 0, false];
    this.outbox = this.stream();
    this.save();
    this.ended();
  }

  /** What a snapshot refers to, where there is anything. */
  get reference(): [edition: number] | [] {
    return this.known.size ? [this.edition] : [];
  }

  /** Before a page is written. */
  begin(): void {
    if (this.isFull) this.clear();
  }

  find(name: string): number {
    const known = this.known.get(name.slice(0, NAME_LENGTH));
    return known ?? (this.common.has(name) ? this.put(name, `["${name}"]`) : 0);
  }

  /** Which of a page that is about to be written the tenant's store has. The tree is digested. */
  ask(model: TreeModel): void {
    this.common.ask(model, (name) => this.known.has(name.slice(0, NAME_LENGTH)));
  }

  put(name: string, text: string): number {
    this.isFull ||= this.known.size >= MOST_SUBTREES || this.length + text.length > MOST_LENGTH;
    if (this.isFull) return 0;
    const isFirst = this.known.size === this.before;
    this.outbox.addText(`${isFirst ? `["shelf",0,${this.edition},${this.before + 1},[` : ","}${text}`);
    this.known.set(name.slice(0, NAME_LENGTH), this.known.size + 1);
    this.length += text.length;
    return this.known.size;
  }

  /** Some of the work that `send` would have; whether there is more. */
  step(): boolean {
    return this.outbox.step();
  }

  /** What was put there since the last time; before what refers to it. */
  send(): void {
    const isMore = this.known.size > this.before;
    if (isMore) {
      this.outbox.addText("]]\n");
      this.outbox.send(this.before ? FrameKind.OPERATIONS : FrameKind.SNAPSHOT);
      this.before = this.known.size;
    }
    if (isMore || this.isFull) this.save();
  }

  private stream(): Outbox {
    return new Outbox(this.host, ((this.host.tab << TAB_SHIFT) | SHELF_COUNTER) >>> 0);
  }

  private save(): void {
    const { edition, length, isFull } = this;
    const saved: Saved = { tab: this.host.tab, edition, length, isFull, names: [...this.known.keys()].join("") };
    this.host.save("shelf", JSON.stringify(saved));
  }

  private restore({ edition, length, isFull, names }: Saved): void {
    this.edition = edition;
    this.known = new Map();
    for (let at = 0; at < names.length; at += NAME_LENGTH)
      this.known.set(names.slice(at, at + NAME_LENGTH), this.known.size + 1);
    [this.length, this.before, this.isFull] = [length, this.known.size, isFull];
  }
}
