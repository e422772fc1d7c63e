/** A native page as a source: its page information, converted and compared here, at the visitor's side. */

import type { Assets } from "../capture/assets";
import type { Changed, Events } from "../capture/events";
import type { Masking } from "../capture/masking";
import type { Source } from "../capture/source";
import type { Mutation, SentOperation, Volatile } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";
import type { TreeModel } from "../protocol/tree";
import { chooseMapping, type Mapping, pageTree } from "./convert";
import { difference } from "./difference";
import { checkVersion, type NativePage } from "./page";

/** Everything that happens on a native page happens somewhere on its one surface. */
const WHOLE_PAGE = 1;

/** Of the capture code, whose classes are not sent twice. */
export interface Kit {
  TreeModel: typeof TreeModel;
  Masking: typeof Masking;
  Events: typeof Events;
  holdsCard(text: string): boolean;
}

export class NativeSource implements Source {
  readonly kind = "native";
  readonly model: TreeModel;
  private readonly mapping: Mapping;
  private readonly masking: Masking;
  private readonly events: Events;
  /** Those of the newest state: of what is done during a pause none leaves the page. */
  private readonly images = new Map<string, string>();
  private newest: TreeModel["root"] | null = null;

  /** Throws BadNativePage. */
  constructor(
    private readonly kit: Kit,
    host: CaptureHost,
    private readonly page: NativePage,
    private readonly assets: Assets,
    private readonly changed: Changed,
  ) {
    checkVersion(page);
    this.mapping = chooseMapping(host.mappings, page.pageId);
    this.masking = new kit.Masking(host.masking, location.href);
    this.model = new kit.TreeModel(this.tree(page));
    this.events = new kit.Events({ idOf: () => WHOLE_PAGE, roots: () => [], isBehind: false }, this.masking, changed);
    this.events.listenToPointer(document);
  }

  /** Only the newest state counts; it is compared at the next flush. Throws BadNativePage. */
  update(update: Omit<NativePage, "title">): void {
    if (update.pageId !== this.page.pageId) return;
    checkVersion(update);
    this.newest = this.tree(update);
    this.changed();
  }

  private tree({ root, images }: Omit<NativePage, "title">): TreeModel["root"] {
    const shown = new Set<string>();
    const hides = (text: string): string => this.masking.personal(text);
    const sight = { hides, holdsCard: this.kit.holdsCard, shows: (sha256: string) => shown.add(sha256) };
    const tree = pageTree(root, this.mapping, this.page.title, sight);
    for (const sha256 of this.images.keys()) if (!shown.has(sha256)) this.images.delete(sha256);
    for (const sha256 of shown) this.note(sha256, images?.[sha256]);
    return tree;
  }

  private note(sha256: string, url: unknown): void {
    if (typeof url === "string" && url.startsWith("data:image/")) this.images.set(sha256, url);
  }

  key(): string {
    return `native:${location.origin}:${this.page.pageId}`;
  }

  title(): string {
    return this.page.title;
  }

  get isBehind(): boolean {
    return this.newest !== null;
  }

  flush(): Mutation | null {
    if (!this.newest) return null;
    this.keepImages();
    const change = difference(this.model.root, this.newest, this.model.next);
    this.newest = null;
    if (change) this.model.apply(structuredClone(change));
    return change;
  }

  /** The application says how often it has something new. */
  weight(): number {
    return 0;
  }

  rest(): void {}

  reread(): void {}

  renumber(): void {
    this.model.renumber();
  }

  // biome-ignore lint/correctness/useYield: there is nothing to take in steps
  *volatile(): Generator<void, Volatile> {
    return {};
  }

  restPictures(): void {}

  drain(all: boolean): SentOperation[] {
    return this.events.drain(all);
  }

  pictures(): string[] {
    return [];
  }

  hidden(): null {
    return null;
  }

  private keepImages(): void {
    for (const [sha256, url] of this.images) this.assets.keep(sha256, url);
    this.images.clear();
  }

  shown(): [number, string][] {
    this.keepImages();
    this.events.forgetStates();
    return [];
  }

  stop(): void {
    this.events.stop();
  }
}
