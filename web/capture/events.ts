/** What the visitor does: pointer, clicks, input, scroll, selection, media; kept until the next flush. */

import type { ClickKind, Operation, PointerPath, SentOperation } from "../protocol/operations";
import { Fields } from "./fields";
import type { Masking } from "./masking";
import { type Known, Newest } from "./newest";
import { inSteps } from "./outbox";
import { PATIENT_MS } from "./ticker";
import { focusedIn, hasRing, hundredths, isScrolled, isUnderWay, scroller } from "./values";

/** The other side draws a line from one position to the next. */
const POINTER_EVERY_MS = 100;
const FAILURE_EVERY_MS = 1000;
const CLICKS: ClickKind[] = ["mousedown", "mouseup", "click", "contextmenu", "dblclick", "touchstart", "touchend"];
const MEDIA = ["play", "pause", "seeked", "ratechange", "volumechange"];

/** Told of what has to be sent; what is patient may wait for something else. */
export type Changed = (isPatient?: boolean) => void;

/** One function each, so that a root that is listened to twice tells once. */
type Listeners = Record<string, (event: Event) => void>;

type Position = { at: number; x: number; y: number; target: Node };

type Action = (id: (node: Node) => number) => SentOperation | null;

export class Events {
  private pointer: Position[] = [];
  /** When they were told last. */
  private pointedAt = 0;
  private actions: Action[] = [];
  /** When they changed last: a flush can come much later. */
  private readonly scrolled = new Map<Node, number>();
  /** Where the other side has what was scrolled, and as which node. */
  private readonly placed = new Map<Node, string>();
  private readonly fields: Fields;
  private readonly media = new Set<HTMLMediaElement>();
  /** The node that the other side shows with the focus, below 0 where the focus itself does not show, or 0. */
  private focused = 0;
  private readonly newest: Newest;
  private readonly closing = new AbortController();
  /** The fields' states and the focus have been sent: from then on changes are looked for. */
  private isShown = false;
  /** What is read now stands in a page of which all that is known has been said. */
  private isCatchingUp = false;
  private readonly inEachRoot: Listeners = {
    scroll: (event) => this.noteScroll(event.target as Node),
    change: (event) => this.fields.note(event.composedPath()[0] ?? null),
    ...listeners(MEDIA, (event) => this.noteMedia(event.target as HTMLMediaElement)),
  };
  private readonly inDocuments: Listeners = {
    input: (event) => this.fields.note(event.composedPath()[0] ?? null),
    focusin: (event) => this.noteFocus("focus", event),
    focusout: (event) => this.noteFocus("blur", event),
    selectionchange: () => this.changed(true),
  };
  private readonly inSight: Listeners = listeners(["resize", "scroll"], () => this.changed());
  private readonly pointing: Listeners = {
    mousemove: (event) => this.notePointer(event as MouseEvent),
    // The page can move under a pointer that rests.
    mouseover: (event) => this.notePointer(event as MouseEvent),
    ...listeners(CLICKS, (event) => this.noteClick(event.type as ClickKind, event)),
  };

  /** Of the page's scripts only that one failed: what is said of it can hold what is masked. */
  private readonly failing: Listeners = {
    error: (event) => this.noteFailure(event),
    unhandledrejection: (event) => this.noteFailure(event),
  };
  private failedAt = 0;

  constructor(
    private readonly recorder: Known,
    masking: Masking,
    private readonly changed: Changed,
  ) {
    this.newest = new Newest(recorder, masking);
    this.fields = new Fields(recorder, masking, changed);
  }

  stop(): void {
    this.closing.abort();
  }

  /** Listen to a document or shadow root; what is composed reaches the document by itself. */
  listen(root: Document | ShadowRoot): void {
    this.add(root, this.inEachRoot);
    if (root.nodeType !== 9) return;
    this.add(root, this.inDocuments);
    this.listenToPointer(root as Document);
  }

  /** Positions and clicks only: a page that is drawn has no fields. */
  listenToPointer(document: Document): void {
    this.add(document, this.pointing);
    this.add(document.defaultView!, this.failing);
  }

  private add(root: EventTarget, all: Listeners): void {
    const options = { capture: true, passive: true, signal: this.closing.signal };
    for (const [name, listener] of Object.entries(all)) root.addEventListener(name, listener, options);
  }

  /** The operations since the last call, in order of time; but for `all`, where the pointer has been may wait. */
  drain(all: boolean): SentOperation[] {
    const id = (node: Node): number => this.recorder.idOf(node);
    const operations: SentOperation[] = [];
    const isDue = all || this.actions.length > 0 || Date.now() - this.pointedAt >= PATIENT_MS;
    for (const action of this.actions.splice(0)) push(operations, action(id));
    if (isDue) push(operations, this.path(this.pointer.splice(0)));
    else if (this.pointer.length) this.changed(true);
    push(operations, this.focusChange(operations));
    operations.push(...this.fields.drain());
    for (const [node, at] of this.scrolled) push(operations, this.scroll(node, at));
    for (const element of this.media) push(operations, this.play(element));
    if (this.isShown) operations.push(...this.newest.drain());
    this.forgetStates();
    this.isCatchingUp = this.recorder.isBehind;
    return operations;
  }

  /** What is shown of the page whole says them; what the visitor has done since the last call is not in it. */
  forgetStates(): void {
    this.fields.forget();
    this.scrolled.clear();
    this.media.clear();
  }

  /** How it is scrolled or played may not have been said: it was not known, or is a document that nobody listened to. */
  noteRead(node: Node): void {
    if ((this.isCatchingUp || node.nodeType === 9) && isScrolled(node)) this.noteScroll(node);
    if (this.isCatchingUp && isUnderWay(node)) this.noteMedia(node);
  }

  /** The fields' states have just been sent with a snapshot or a return. */
  known(): void {
    this.newest.forget();
    this.changed();
    if (visualViewport) this.add(visualViewport, this.inSight);
    this.isShown = true;
    this.isCatchingUp = this.recorder.isBehind;
    this.fields.known();
    for (const node of [...this.placed.keys()]) this.scroll(node, 0); // those of the other side
    this.focused = this.focusNow();
  }

  /** What raises no event: values that scripts set, and where what is moved begins at its top again. */
  look(): void {
    if (!this.isShown) return;
    this.fields.look();
    if (this.newest.isNews || this.focusNow() !== this.focused) this.changed();
    for (const [node, place] of this.placed) if (this.place(node) !== place) this.noteScroll(node);
  }

  private place(node: Node): string {
    const element = scroller(node);
    return [this.recorder.idOf(node), element?.scrollLeft, element?.scrollTop].join();
  }

  private noteScroll(target: Node): void {
    this.scrolled.set(target, Date.now());
    this.changed();
  }

  private noteMedia(element: HTMLMediaElement): void {
    this.media.add(element);
    this.changed();
  }

  private notePointer(event: MouseEvent): void {
    const at = inSteps(Date.now());
    const last = this.pointer.at(-1);
    const position = { at, ...point(event), target: target(event) };
    if (last && at - last.at < POINTER_EVERY_MS) this.pointer[this.pointer.length - 1] = { ...position, at: last.at };
    else this.pointer.push(position);
    this.changed(true);
  }

  private noteClick(kind: ClickKind, event: Event): void {
    const { x, y } = point(event);
    const [at, node] = [Date.now(), target(event)];
    this.act((id) => (id(node) ? ["click", at, kind, id(node), x, y] : null));
  }

  /** Not what could not be loaded, nor that sizes change while they are looked at, which browsers report as one. */
  private noteFailure({ target, message }: Event & Partial<ErrorEvent>): void {
    const at = Date.now();
    if (at - this.failedAt < FAILURE_EVERY_MS || (target as Node).nodeType || /^Resize/.test(message!)) return;
    this.failedAt = at;
    this.act(() => ["script_error", at]);
  }

  private noteFocus(kind: "focus" | "blur", event: Event): void {
    const [at, node] = [Date.now(), target(event)];
    const visible = (node as Element).matches?.(":focus-visible") ? 1 : 0;
    this.act((id) => (id(node) ? ["click", at, kind, id(node), visible, 0] : null));
  }

  /** Behind the way of the pointer up to now: where it goes afterwards is another. */
  private act(action: Action): void {
    const positions = this.pointer.splice(0);
    this.actions.push(() => this.path(positions), action);
    this.changed();
  }

  private path(positions: Position[]): SentOperation | null {
    const [first] = positions;
    if (!first) return null;
    this.pointedAt = Date.now();
    const paths: PointerPath[] = [];
    let [before, on] = [first, -1];
    for (const position of positions) {
      const [{ at, x, y }, id] = [position, this.recorder.idOf(position.target)];
      if (id === on) paths.at(-1)!.push(at - before.at, x - before.x, y - before.y);
      else paths.push([at - first.at, x, y, id]);
      [before, on] = [position, id];
    }
    return ["pointer", first.at, paths];
  }

  private scroll(node: Node, at: number): Operation | null {
    const [id, element] = [this.recorder.idOf(node), scroller(node)];
    this.placed.delete(node);
    if (!id || !element) return null;
    this.placed.set(node, this.place(node));
    return ["scroll", at, id, hundredths(element.scrollLeft), hundredths(element.scrollTop)];
  }

  private play(element: HTMLMediaElement): Operation | null {
    const id = this.recorder.idOf(element);
    const { paused, currentTime: time, playbackRate: rate, volume, muted } = element;
    return id ? ["media", Date.now(), id, { paused: paused ? 1 : 0, time, rate, volume, muted: muted ? 1 : 0 }] : null;
  }

  private focusNow(): number {
    const element = focusedIn(document);
    const id = this.recorder.idOf(element);
    return element && hasRing(element) ? id : -id;
  }

  /** An element that is taken away or moved loses the focus without an event, and with a key the focus comes to show. */
  private focusChange(told: SentOperation[]): Operation | null {
    if (!this.isShown) return null;
    const last = told.findLast(([name, , kind]) => name === "click" && (kind === "focus" || kind === "blur"));
    if (last) this.focused = last[2] === "focus" ? (last[3] as number) * (last[4] ? 1 : -1) : 0;
    const [was, now] = [this.focused, this.focusNow()];
    this.focused = now;
    return now === was ? null : ["click", Date.now(), now ? "focus" : "blur", Math.abs(now || was), now > 0 ? 1 : 0, 0];
  }
}

function listeners(names: string[], listener: (event: Event) => void): Listeners {
  return Object.fromEntries(names.map((name) => [name, listener]));
}

function push(operations: SentOperation[], operation: SentOperation | null): void {
  if (operation) operations.push(operation);
}

function target(event: Event): Node {
  return (event.composedPath()[0] ?? event.target) as Node;
}

function point(event: Event): { x: number; y: number } {
  const { clientX, clientY } = ((event as TouchEvent).changedTouches?.[0] ?? event) as MouseEvent;
  return { x: Math.round(clientX ?? 0), y: Math.round(clientY ?? 0) };
}
