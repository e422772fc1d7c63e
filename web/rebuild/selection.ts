/** Text that the visitor has selected, and what scripts of the page have highlighted. */

import type { Highlighted, Span } from "../protocol/operations";

type Find = (id: number) => Node | undefined;

/** Each document has one of its own. */
export class Selections {
  private readonly selected = new Set<Document>();

  show(document: Document, spans: Span[], find: Find): void {
    for (const one of this.selected.add(document)) one.getSelection()?.removeAllRanges();
    for (const [startId, from, endId, to] of spans) {
      const [start, end] = [find(startId), find(endId)];
      if (start?.ownerDocument && end) within(() => this.select(start.ownerDocument!, [start, from, end, to]));
    }
  }

  private select(document: Document, [start, from, end, to]: [Node, number, Node, number]): void {
    this.selected.add(document);
    document.getSelection()?.setBaseAndExtent(start, placeIn(start, from), end, placeIn(end, to));
  }
}

/** In the registries of the page's own documents: a highlight that scripts of the page would have made. */
export class Highlights {
  private readonly registries = new Set<HighlightRegistry>();

  show(document: Document, highlights: Highlighted[], find: Find): void {
    this.registries.add((document.defaultView as Global).CSS.highlights); // it outlives the page before
    for (const registry of this.registries) registry?.clear();
    for (const [name, priority, type, spans] of highlights)
      for (const [view, ranges] of byWindow(spans, find)) this.register(view, name, priority, type, ranges);
  }

  private register(view: Global, name: string, priority: number, type: HighlightType, ranges: Range[]): void {
    if (!view.CSS.highlights) return; // an old browser
    const highlight = new view.Highlight(...ranges);
    Object.assign(highlight, { priority, type });
    view.CSS.highlights.set(String(name), highlight);
    this.registries.add(view.CSS.highlights);
  }
}

/** Of what the visitor has in an element, some is not here: the loader's own, at the end. */
function placeIn(node: Node, at: number): number {
  return node.nodeType === 1 ? Math.min(at, node.childNodes.length) : at;
}

type Global = Window & typeof globalThis;

function byWindow(spans: Span[], find: Find): Map<Global, Range[]> {
  const found = new Map<Global, Range[]>();
  for (const [startId, from, endId, to] of spans) {
    const [start, end] = [find(startId), find(endId)];
    const view = start?.ownerDocument?.defaultView as Global | undefined;
    if (!view || !end) continue;
    within(() => {
      const range = start!.ownerDocument!.createRange();
      range.setStart(start!, from);
      range.setEnd(end, to);
      found.set(view, [...(found.get(view) ?? []), range]);
    });
  }
  return found;
}

/** A text may be shorter by now. */
function within(call: () => void): void {
  try {
    call();
  } catch {
    /* It ends before. */
  }
}
