/** The nodes of the page that is shown, by their ids. */

/** What is said of it can't be shown, and need not be. */
export class NotBuilt extends Error {}

/** Throws NotBuilt. */
export function builtNode(nodes: Map<number, Node>, id: number): Node {
  const node = nodes.get(id);
  if (!node) throw new NotBuilt(`node ${id} was not built`);
  return node;
}
