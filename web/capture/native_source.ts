/** A native page as a source: its page information, converted and compared here, at the visitor's side. */

import type { Mutation, SentOperation, Volatile } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";
import { TreeModel } from "../protocol/tree";
import type { Assets } from "./assets";
import { type Changed, Events } from "./events";
import { Masking } from "./masking";
import { chooseMapping, type Mapping, pageTree } from "./native";
import { difference } from "./native_difference";
import { checkVersion, type NativePage } from "./native_page";
import type { Source } from "./source";

/** Everything that happens on a native page happens somewhere on its one surface. */
const WHOLE_PAGE = 1;

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
    host: CaptureHost,
    private readonly page: NativePage,
    private readonly assets: Assets,
    private readonly changed: Changed,
  ) {
    checkVersion(page);
    this.mapping = chooseMapping(host.mappings, page.pageId);
    this.masking = new Masking(host.masking, location.href);
    this.model = new TreeModel(this.tree(page));
    this.events = new Events({ idOf: () => WHOLE_PAGE, roots: () => [], isBehind: false }, this.masking, changed);
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
    const tree = pageTree(root, this.mapping, this.page.title, { hides, shows: (sha256) => shown.add(sha256) });
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
