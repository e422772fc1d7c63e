/** Text that the visitor has selected. */

type Range = [startId: number, startOffset: number, endId: number, endOffset: number];

export function select(document: Document, ranges: Range[], nodes: Map<number, Node>): void {
  const selection = document.getSelection();
  selection?.removeAllRanges();
  for (const [startId, from, endId, to] of ranges) {
    const [start, end] = [nodes.get(startId), nodes.get(endId)];
    if (start && end) within(() => selection?.setBaseAndExtent(start, from, end, to));
  }
}

/** A text may be shorter by now. */
function within(call: () => void): void {
  try {
    call();
  } catch {
    /* It ends before. */
  }
}
