/** The nodes of the page that is shown. */

/** What is said of it can't be shown, and need not be. */
export class NotBuilt extends Error {}

/** Throws NotBuilt. */
export function builtNode(node: Node | undefined, id: number): Node {
  if (!node) throw new NotBuilt(`node ${id} was not built`);
  return node;
}
