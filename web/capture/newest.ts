/** What raises few events or none, and is told whole whenever it is not as it was told last. */

import type { Enlarged, Highlighted, Operation, Span } from "../protocol/operations";
import type { Masking } from "./masking";
import { focusedIn, isField } from "./values";

/** Of one highlight. */
const MOST_SPANS = 1000;

/** Which nodes the other side has. */
export interface Known {
  idOf(node: Node | null): number;
  roots(): Iterable<Document | ShadowRoot>;
  /** There is more than it has. */
  readonly isBehind: boolean;
}

/** Browsers of some age see nothing of what is selected in a shadow root. */
type ComposedSelection = Selection & {
  getComposedRanges?(options: { shadowRoots: (Document | ShadowRoot)[] }): AbstractRange[];
};

export class Newest {
  private told: Record<string, string> = {};

  constructor(
    private readonly known: Known,
    private readonly masking: Masking,
  ) {}

  /** The other side shows nothing of it. */
  forget(): void {
    this.told = {};
  }

  get isNews(): boolean {
    return this.news().length > 0;
  }

  drain(): Operation[] {
    const news = this.news();
    for (const [name, , said] of news) this.told[name] = JSON.stringify(said);
    return news;
  }

  private news(): Operation[] {
    const now = Date.now();
    const all: Operation[] = [
      ["selection", now, this.selection()],
      ["highlight", now, this.highlights()],
      ["pinch", now, pinch()],
    ];
    return all.filter(([name, , said]) => JSON.stringify(said) !== (this.told[name] ?? "[]"));
  }

  private selection(): Span[] {
    return [...this.inField(), ...Array.from(this.known.roots()).flatMap((root) => this.inTexts(root))];
  }

  /** Only of the one with the focus it is seen. */
  private inField(): Span[] {
    const field = focusedIn(document);
    const { selectionStart: from, selectionEnd: to } = (field ?? {}) as HTMLInputElement;
    const id = this.known.idOf(field);
    const isSelected = isField(field) && from !== to && id && !this.masking.blocks(field);
    return isSelected ? [[id, from!, id, to!]] : [];
  }

  /** Each document has a selection of its own; in some browsers shadow roots have as well, which is their document's. */
  private inTexts(root: Document | ShadowRoot): Span[] {
    const selection = (root as Document).defaultView?.getSelection() as ComposedSelection | null | undefined;
    if (!selection?.rangeCount) return [];
    const shadowRoots = Array.from(this.known.roots()).filter((known) => "host" in known);
    const ranges = selection.getComposedRanges?.({ shadowRoots }) ?? [selection.getRangeAt(0)];
    return ranges.flatMap((range) => this.span(range));
  }

  private highlights(): Highlighted[] {
    const all: Highlighted[] = [];
    for (const root of this.known.roots()) {
      const { CSS } = ((root as Document).defaultView ?? {}) as Partial<typeof globalThis>;
      for (const [name, highlight] of CSS?.highlights ?? []) {
        const spans = Array.from(highlight)
          .slice(0, MOST_SPANS)
          .flatMap((range) => this.span(range));
        if (spans.length) all.push([name, highlight.priority, highlight.type, spans]);
      }
    }
    return all;
  }

  /** None where nothing is in it, or an end is not known; where the caret is in a field, that field seems to be selected. */
  private span(range: AbstractRange): Span[] {
    const first = range.startContainer.childNodes[range.startOffset] ?? null;
    const [start, end] = [this.known.idOf(range.startContainer), this.known.idOf(range.endContainer)];
    const isTold = start && end && !range.collapsed && !isField(first);
    return isTold ? [[start, range.startOffset, end, range.endOffset]] : [];
  }
}

/** What two fingers have done, within what can be seen on a screen. */
function pinch(): Enlarged {
  const { scale = 1, offsetLeft = 0, offsetTop = 0 } = visualViewport ?? {};
  return scale === 1 ? [] : ([scale, offsetLeft, offsetTop].map((one) => Math.round(one * 1e4) / 1e4) as Enlarged);
}
