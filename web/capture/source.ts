/** Where a page comes from: the HTML document, or a native page that the application hands over. */

import type { Mutation, SentOperation, Volatile } from "../protocol/operations";
import type { CaptureHost, Hidden, NativeUpdate } from "../protocol/seam";
import type { TreeModel } from "../protocol/tree";
import type { Addresses } from "./addresses";
import type { Assets } from "./assets";
import { Canvases } from "./canvas";
import { titleOf } from "./entered";
import { type Changed, Events } from "./events";
import { Frames } from "./frames";
import { hiddenIn } from "./hidden";
import type { Masking } from "./masking";
import { Motions } from "./motions";
import { Reader } from "./reader";
import { Recorder } from "./recorder";
import { forgetClocks } from "./svg_clocks";
import { readVolatile } from "./values";

/** At fields and what moves; every other time at all of the page. */
const LOOK_EVERY_MS = 250;
const LONGEST_PARSE_MS = 1500;
/** What comes before anything that is entered, by whatever device; of an `EditContext` some tell only itself. */
const ENTERING = ["keydown", "beforeinput", "compositionstart", "paste", "drop", "focusin"];

export interface Source {
  readonly kind: "html" | "native";
  readonly model: TreeModel;
  /** Says when this may be the same page as one before. */
  key(): string;
  title(): string;
  /** Whether the model is not what the page is now. */
  readonly isBehind: boolean;
  /** Bring the model up to date, or nearer to it when that takes longer than `ms`; the difference, or null. */
  flush(ms?: number): Mutation | null;
  /** Of the next difference, about, in nodes. */
  weight(): number;
  /** Leave everything unnoticed until `reread`. */
  rest(): void;
  /** Read the page anew, with the flushes that follow. */
  reread(): void;
  renumber(): void;
  /** Step by step; fields and focus are those of the first. */
  volatile(): Generator<void, Volatile>;
  /** No picture is taken, and nothing in frames of other sites, until the page is `shown` again. */
  restPictures(): void;
  /** Operations besides mutations since the last call; but for `all`, some may wait. */
  drain(all: boolean): SentOperation[];
  pictures(): string[];
  /** What the other side does not see, step by step (null: nothing in this one), where that can be shown. */
  hidden(): Iterable<Hidden | null> | null;
  /** Of a native page: only the newest state counts. Throws for what is none. */
  update?(update: NativeUpdate): void;
  /** The page was sent whole (null), or is shown again with these canvas pictures. */
  shown(pictures: string[] | null): [number, string][];
  stop(): void;
}

export class HtmlSource implements Source {
  readonly kind = "html";
  private readonly masking: Masking;
  private readonly recorder: Recorder;
  private readonly events: Events;
  private readonly canvases: Canvases;
  private readonly motions: Motions;
  private readonly frames: Frames;
  private readonly looking: number;
  private looks = 0;
  /** Addresses of all documents that frames have ever shown: the tree may hold one again that is not opened anew. */
  private readonly framed = new Set<string>();
  private readonly closing = new AbortController();
  private readonly measured = new WeakSet<Element>();
  private readonly sizes = new ResizeObserver((resized) => {
    for (const { target } of resized) this.recorder.mark(target);
  });

  constructor(
    host: CaptureHost,
    addresses: Addresses,
    private readonly assets: Assets,
    changed: Changed,
    ownScript: Element | null,
  ) {
    this.masking = addresses.masking;
    this.masking.enter(location.href);
    const reader = new Reader({
      addresses,
      ignores: (node) => node === host.ownElement || node === ownScript,
      uses: (url, kind, name) => assets.use(url, kind, name),
      keepsData: (name, url) => assets.keep(name, url),
      measures: (element) => this.measure(element),
      misses: (what, reason) => assets.miss(what, reason),
      awaits: (frame) => this.frames.awaits(frame),
    });
    const opened = (root: Document | ShadowRoot): void => {
      if (root.nodeType === 9) this.followRules();
      this.events.listen(root);
      addresses.watch(root);
      const options = { capture: true, passive: true, signal: this.closing.signal };
      const { activeElement: active } = root;
      if (active) this.masking.noteEntering(active, "opened");
      for (const name of ENTERING) root.addEventListener(name, this.entering, options);
    };
    const read = (node: Node): void => this.events.noteRead(node);
    const framed = (frame: Element, isNew: boolean): void => this.frames.offer(frame, isNew);
    this.recorder = new Recorder(document, reader, { changed, opened, read, framed });
    this.frames = new Frames({ host, assets, masking: this.masking, recorder: this.recorder, changed });
    this.events = new Events(this.recorder, this.masking, changed);
    this.canvases = new Canvases(this.recorder, assets, this.masking, changed);
    this.motions = new Motions(this.recorder, this.masking, changed);
    this.recorder.start();
    this.looking = window.setInterval(() => this.lookAround(), LOOK_EVERY_MS);
  }

  /** Before what is entered is anywhere on the page. */
  private readonly entering = (event: Event): void => {
    const target = event.composedPath()[0] as Element;
    const editor = target.nodeType === 1 ? this.masking.noteEntering(target, event.type) : null;
    if (editor) this.recorder.markWithin(editor);
  };

  /** Observed twice it would be told twice, and so for ever. */
  private measure(element: Element): void {
    if (!this.measured.has(element)) this.sizes.observe(element);
    this.measured.add(element);
  }

  private lookAround(): void {
    if (this.looks++ % 2 === 0) this.lookAtAll();
    this.events.look();
    this.motions.look();
  }

  private lookAtAll(): void {
    this.followRules();
    this.recorder.lookAround();
    this.canvases.look();
    this.assets.look();
  }

  /** An application that changes its address itself comes under other rules without a page load, and so does a frame. */
  private followRules(): void {
    for (const root of this.recorder.roots()) {
      const { location: at } = root as Document; // which no element can shadow
      if (at && root !== document) this.framed.add(at.href);
    }
    if (this.masking.enter(location.href, this.framed, this.recorder.known())) this.recorder.markAll();
  }

  get model(): TreeModel {
    return this.recorder.model;
  }

  key(): string {
    return location.origin + location.pathname + location.search;
  }

  title(): string {
    return titleOf(document, this.masking);
  }

  get isBehind(): boolean {
    return this.recorder.isBehind;
  }

  flush(ms?: number): Mutation | null {
    this.followRules();
    const change = this.recorder.flush(ms);
    this.frames.flushed();
    return change;
  }

  weight(): number {
    return this.recorder.weight();
  }

  rest(): void {
    this.recorder.rest();
  }

  reread(): void {
    this.recorder.start();
  }

  renumber(): void {
    this.recorder.renumber();
  }

  volatile(): Generator<void, Volatile> {
    return readVolatile(this.recorder, this.masking, document);
  }

  restPictures(): void {
    this.canvases.rest();
    this.frames.rest();
  }

  drain(all: boolean): SentOperation[] {
    return [...this.events.drain(all), ...this.canvases.drain(), ...this.motions.drain(), ...this.frames.drain()];
  }

  pictures(): string[] {
    return this.canvases.pictures();
  }

  hidden(): Iterable<Hidden | null> {
    return hiddenIn(this.recorder, this.masking);
  }

  shown(pictures: string[] | null): [number, string][] {
    this.events.forgetStates();
    this.events.known();
    this.motions.forget();
    this.frames.begin();
    if (pictures) return this.canvases.restore(pictures);
    this.canvases.forget();
    return [];
  }

  stop(): void {
    this.closing.abort();
    clearInterval(this.looking);
    forgetClocks();
    this.canvases.stop();
    this.sizes.disconnect();
    this.events.stop();
    this.frames.stop();
    this.recorder.stop();
  }
}

/** While a document is parsed the visitor still sees the one before; one that takes longer is shown as it comes. */
export function isEarly({ kind }: Source, enteredAt: number): boolean {
  return kind === "html" && !isParsed() && Date.now() - enteredAt < LONGEST_PARSE_MS;
}

/** Deferred scripts have run as well, and so has an application said whether its page is a native one. */
function isParsed(): unknown {
  const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  return document.readyState === "complete" || navigation?.domContentLoadedEventStart;
}
