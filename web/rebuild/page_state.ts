/** One page as data: its tree, what is volatile, and the items that led here, so that any state can be had again. */

import { isNumbered, numbered } from "../protocol/bare";
import type { Checked, Enlarged, Highlighted, Motion, Operation, Span, Volatile } from "../protocol/operations";
import type { Viewport } from "../protocol/seam";
import { extraOf, TreeFault, TreeModel } from "../protocol/tree";
import type { Arrival, Item } from "./decode";
import { readLine } from "./lines";
import type { Standing } from "./motions";
import type { Shelf } from "./shelf";
import { bounded } from "./viewport";

/** Of a digest that names a state. */
const LEAST_DIGITS = 16;
/** Of a digest that names one of the page's pictures. */
const LEAST_NAMED = 8;
const NOT_KNOWN = "the page that the visitor went back to is not known here";

/** Of an operation only its line: the tree takes over what it says, and changes that. */
type Kept = Exclude<Item, { name: "operation" }> | Omit<Item & { name: "operation" }, "operation">;

export class PageState {
  model: TreeModel | null = null;
  url = "";
  title = "";
  kind: "html" | "native" = "html";
  viewport: Viewport | null = null;
  scroll = new Map<number, [number, number]>();
  values = new Map<number, [string, Checked]>();
  media = new Map<number, { paused: 0 | 1; time: number }>();
  canvas = new Map<number, string>();
  motions = new Map<number, Standing>();
  hover = 0;
  focus = 0;
  ring: 0 | 1 = 1;
  selection: Span[] = [];
  highlights: Highlighted[] = [];
  pinch: Enlarged = [];
  /** The edition that the snapshot refers to. */
  shelf: Shelf | null = null;
  private kept: Kept[] = [];
  /** A checkpoint that has not been checked, while the tree is as it was then. */
  private named: string | null = null;

  /** `past` reads again, each time anew, the items that came before those that are kept. */
  constructor(
    readonly id: number,
    private past: () => Item[] = () => [],
  ) {}

  /**
   * Take one item of this page; throws TreeFault when it does not fit. One that `isPast` is of those that `past` reads
   * again; nobody else needs it, and whether a checkpoint names the state is found out later, of the newest one, by
   * `check`: a digest of a large page takes long.
   */
  take(item: Item, isPast = false): void {
    if (!isPast) this.keep(item);
    this.apply(item, isPast);
    if (!isPast) this.check();
  }

  private keep(item: Item): void {
    if (item.name === "operation" && item.operation[0] === "snapshot") {
      this.kept = [];
      this.past = () => [];
    }
    this.kept.push(keepable(item));
  }

  /** Throws TreeFault where the tree is not what the newest checkpoint says. */
  check(): void {
    const { named } = this;
    this.named = null;
    if (named !== null && !isNamed(this.model?.digest() ?? "", named))
      throw new TreeFault("the rebuilt tree differs from the visitor's");
  }

  private apply(item: Item, isPast: boolean): void {
    if (item.name === "operation") this.operate(isPast ? item.operation : ownCopy(item));
    else if (item.name === "enter") this.arrive(item.arrival);
    else if (item.name === "return") this.comeBack(item.arrival);
    else if (item.name === "viewport") this.viewport = item.viewport;
  }

  private arrive(arrival: Arrival): void {
    this.url = arrival.url;
    this.title = arrival.title;
    this.kind = arrival.kind;
    this.viewport = arrival.viewport ?? this.viewport;
  }

  private comeBack(arrival: Arrival): void {
    const then = this.asOf(arrival.at_seq ?? 0);
    if (!then.model || !isNamed(then.model.digest(), arrival.checkpoint ?? "")) throw new TreeFault(NOT_KNOWN);
    const canvas = arrival.volatile?.canvas?.map(([id, picture]): [number, string] => [
      id,
      this.known(String(picture)),
    ]);
    then.model.renumber();
    this.named = null;
    this.own(then.model);
    this.arrive(arrival);
    this.restore({ ...arrival.volatile, canvas });
  }

  /** The picture of this page that begins so. */
  private known(beginning: string): string {
    const known = [...this.canvas.values()].find((picture) => picture.startsWith(beginning));
    if (!known || beginning.length < LEAST_NAMED) throw new TreeFault(NOT_KNOWN);
    return known;
  }

  /** The state after the frame `seq`, from the items that are kept. */
  private asOf(seq: number): PageState {
    const all = (): Item[] => [...this.past(), ...this.kept.map(readAgain)];
    const then = new PageState(this.id, all);
    then.shelf = this.shelf;
    for (const item of all()) if (item.seq <= seq) then.take(item, true);
    return then;
  }

  private restore(state: Volatile): void {
    this.scroll = new Map((state.scroll ?? []).map(([id, x, y]) => [id, [x, y]]));
    // Nobody has looked whether it is a text.
    this.values = new Map((state.values ?? []).map(([id, text, checked]) => [id, [String(text), checked]]));
    this.media = new Map((state.media ?? []).map(([id, paused, time]) => [id, { paused, time }]));
    this.canvas = new Map(state.canvas ?? []);
    this.motions = new Map();
    this.hover = state.hover ?? 0;
    this.focus = state.focus ?? 0;
    this.ring = state.ring ?? 1;
    [this.selection, this.highlights, this.pinch] = [[], [], []];
  }

  /** What is volatile of a node goes with it. */
  private own(model: TreeModel): void {
    this.model = model;
    model.gone = (id) => {
      for (const state of [this.scroll, this.values, this.media, this.canvas]) state.delete(id);
    };
  }

  private operate(operation: Operation): void {
    if (operation[0] === "snapshot") {
      this.named = null;
      this.own(new TreeModel(numbered(operation[2], (number) => this.shelf?.look(number))));
      this.restore(operation[3]);
      this.viewport = bounded(operation[4]);
      return;
    }
    if (!this.model) throw new TreeFault("an operation came before the snapshot of its page");
    this.change(operation, this.model);
  }

  private change(operation: Operation, model: TreeModel): void {
    switch (operation[0]) {
      case "mutation":
        this.named = null;
        return model.apply(operation[2]);
      case "rule":
        this.named = null;
        return setRule(model, operation[2], operation[3], operation[4]);
      case "scroll":
        return void this.scroll.set(operation[2], [operation[3], operation[4]]);
      case "input":
        return void this.values.set(operation[2], [operation[3], operation[4]]);
      case "media":
        return void this.media.set(operation[2], operation[3]);
      case "canvas":
        return void this.canvas.set(operation[2], operation[3]);
      case "viewport":
        this.viewport = bounded(operation[2]);
        return;
      case "pointer":
        this.hover = operation[2].at(-1)?.[3] ?? 0;
        return;
      case "selection":
        this.selection = operation[2];
        return;
      case "highlight":
        this.highlights = operation[2];
        return;
      case "pinch":
        this.pinch = operation[2];
        return;
      case "motion":
        return this.move(operation[2], operation[3]);
      case "click":
        if (operation[2] === "focus") [this.focus, this.ring] = [operation[3], operation[4] ? 1 : 0];
        if (operation[2] === "blur") this.focus = 0;
        return;
      case "checkpoint":
        this.named = operation[2];
    }
  }

  private move(motions: Motion[], gone: number[]): void {
    for (const motion of motions) {
      const known = this.motions.get(motion.key)?.motion;
      this.motions.set(motion.key, { motion: { ...known, ...motion }, at: performance.now() });
    }
    for (const key of gone) this.motions.delete(key);
  }
}

function isNamed(digest: string, name: string): boolean {
  return name.length >= LEAST_DIGITS && digest.startsWith(name);
}

/** Insert a rule that a script added to a style sheet, or delete it when `text` is null. */
function setRule(model: TreeModel, id: number, index: number, text: string | null): void {
  const { rules, ...extra } = extraOf(model.node(id)) ?? {};
  if (!rules) throw new TreeFault(`node ${id} has no rules written by script`);
  model.setExtra(id, {
    ...extra,
    rules: rules.toSpliced(index, text === null ? 1 : 0, ...(text === null ? [] : [text])),
  });
}

/** Of what the tree would take over and change. */
function ownCopy({ operation, line }: Item & { name: "operation" }): Operation {
  const isTaken = operation[0] === "mutation" || (operation[0] === "snapshot" && isNumbered(operation[2]));
  return isTaken ? readLine(line) : operation;
}

function readAgain(item: Kept): Item {
  return item.name === "operation" ? { ...item, operation: readLine(item.line) } : structuredClone(item);
}

function keepable(item: Item): Kept {
  if (item.name !== "operation") return item;
  const { operation: _, ...kept } = item;
  return kept;
}
