/** A native page as a source: its page information, converted and compared here, at the visitor's side. */

import type { Mutation, Operation, Volatile } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";
import { TreeModel } from "../protocol/tree";
import { Events } from "./events";
import { Masking } from "./masking";
import { chooseMapping, difference, type Mapping, pageTree } from "./native";
import type { Source } from "./source";

export interface NativePage {
  pageId: string;
  title: string;
  root: unknown;
}

/** Everything that happens on a native page happens somewhere on its one surface. */
const WHOLE_PAGE = 1;

export class NativeSource implements Source {
  readonly kind = "native";
  readonly model: TreeModel;
  private readonly mapping: Mapping;
  private readonly events: Events;
  private newest: unknown = null;

  /** Throws BadNativePage. */
  constructor(
    host: CaptureHost,
    private readonly page: NativePage,
    private readonly changed: () => void,
  ) {
    this.mapping = chooseMapping(host.mappings, page.pageId);
    this.model = new TreeModel(pageTree(page.root, this.mapping, page.title));
    const masking = new Masking({}, location.href);
    this.events = new Events({ idOf: () => WHOLE_PAGE }, masking, document, changed);
    this.events.listenToPointer(document);
  }

  /** Only the newest state counts; it is compared at the next flush. Throws BadNativePage. */
  update(update: { pageId: string; root: unknown }): void {
    if (update.pageId !== this.page.pageId) return;
    this.newest = pageTree(update.root, this.mapping, this.page.title);
    this.changed();
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
    const change = difference(this.model.root, this.newest as TreeModel["root"], this.model.next);
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

  volatile(): Volatile {
    return {};
  }

  drain(): Operation[] {
    return this.events.drain();
  }

  pictures(): string[] {
    return [];
  }

  shown(): [number, string][] {
    this.events.clear();
    return [];
  }

  stop(): void {
    this.events.stop();
  }
}
