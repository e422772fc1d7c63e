/** What is in fields: which of them are not any more what the other side shows. */

import type { Operation } from "../protocol/operations";
import { Budget, LEAST_STEPS, SLICE_MS } from "./budget";
import type { Masking } from "./masking";
import type { Known } from "./newest";
import { defaultState, type Field, type FieldState, fieldState, fieldsOf, isField, sameState } from "./values";

export class Fields {
  /** When they changed last: a flush can come much later. */
  private readonly noted = new Map<Field, number>();
  /** Of a node; a field that has moved to another place is a new one there. */
  private readonly sent = new WeakMap<Field, FieldState & { id: number }>();
  /** A look that goes on. */
  private underWay: Generator<Field> | null = null;

  constructor(
    private readonly recorder: Known,
    private readonly masking: Masking,
    private readonly changed: () => void,
  ) {}

  note(target: EventTarget | null): void {
    if (!isField(target)) return;
    this.noted.set(target, Date.now());
    this.changed();
  }

  drain(): Operation[] {
    const operations = [...this.noted].flatMap(([field, at]) => this.input(field, at));
    this.forget();
    return operations;
  }

  forget(): void {
    this.noted.clear();
  }

  /** Their states have just been sent. */
  known(): void {
    for (const field of this.all()) this.keep(field, fieldState(field, this.masking));
  }

  /** No event tells of values that scripts set, and of radio buttons that go out for another one. Of very many some, and the others at the next look. */
  look(): void {
    const budget = new Budget(SLICE_MS / 2, LEAST_STEPS);
    this.underWay ??= this.all();
    for (let step = this.underWay.next(); !step.done; step = this.underWay.next()) {
      if (this.noted.has(step.value)) continue; // an event told, and when
      if (!this.isTold(step.value, fieldState(step.value, this.masking))) this.note(step.value);
      if (budget.isSpent) return;
    }
    this.underWay = null;
  }

  /** Also those in frames and shadow roots. */
  private *all(): Generator<Field> {
    for (const root of this.recorder.roots()) yield* fieldsOf(root);
  }

  private keep(field: Field, state: FieldState): void {
    this.sent.set(field, { ...state, id: this.recorder.idOf(field) });
  }

  /** Whether the other side shows this. Of a new node it has what the tree says, which rules may have masked by then. */
  private isTold(field: Field, now: FieldState): boolean {
    const sent = this.sent.get(field);
    if (sent && sent.id === this.recorder.idOf(field)) return sameState(sent, now);
    return !(now.text || now.checked) && sameState(defaultState(field, this.masking), now);
  }

  private input(field: Field, at: number): Operation[] {
    const id = this.recorder.idOf(field);
    const state = fieldState(field, this.masking);
    const isTold = this.isTold(field, state);
    this.keep(field, state);
    return !id || isTold ? [] : [["input", at, id, state.text, state.checked]];
  }
}
