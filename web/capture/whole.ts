/** A page on its way to be sent whole, in slices: read, then written while the tree rests and the page goes on. */

import type { Volatile } from "../protocol/operations";
import { FrameKind } from "../protocol/wire";
import { bareText } from "./bare_text";
import { Budget, PATIENCE_MS } from "./budget";
import type { Outbox } from "./outbox";
import type { Shelf } from "./shelf";
import type { Source } from "./source";
import { readViewport } from "./viewport";

export class Whole {
  /** Of the page's time. */
  tookMs = 0;
  private budget = new Budget(0);
  private readonly steps = this.send();

  constructor(
    private readonly source: Source,
    private readonly outbox: Outbox,
    private readonly shelf: Shelf,
    /** The tree has become what will be sent: it may not change until that is done. */
    private readonly isRead: () => void,
  ) {}

  /** For about `ms`; the seq of the snapshot's last frame once it is sent, before that 0. Throws TooLarge. */
  goOn(ms: number): number {
    const isHeld = (): boolean => this.shelf.common.isAwaited && ms < Infinity;
    if (isHeld()) return 0;
    const began = performance.now();
    this.budget = new Budget(ms);
    let step = this.steps.next();
    while (!step.done && !this.budget.isSpent && !isHeld()) step = this.steps.next();
    this.tookMs += performance.now() - began;
    return step.done ? step.value : 0;
  }

  /** Each step is short. */
  private *send(): Generator<void, number> {
    yield* this.read();
    this.source.renumber();
    while (!this.source.model.isDigested(() => this.budget.isSpent)) yield;
    this.shelf.ask(this.source.model);
    yield;
    this.source.shown(null);
    this.isRead();
    const state = yield* this.source.volatile();
    yield;
    yield* this.write(state);
    this.shelf.send();
    return this.outbox.send(FrameKind.SNAPSHOT);
  }

  private *read(): Generator<void, void> {
    const until = performance.now() + PATIENCE_MS;
    do {
      this.source.flush(this.budget.leftMs); // also where nothing has changed: the address has other rules
      yield;
    } while (this.source.isBehind && performance.now() < until);
  }

  private *write(state: Volatile): Generator<void, void> {
    this.shelf.begin();
    const tree = yield* bareText(this.source.model, this.shelf);
    const rest = JSON.stringify([state, readViewport(), ...this.shelf.reference]);
    this.outbox.addText(`["snapshot",0,${tree},${rest.slice(1)}\n`);
    while (this.shelf.step() || this.outbox.step()) yield;
  }
}
