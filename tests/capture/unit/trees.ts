/** Trees of every kind of node, as large as wanted. */

import type { DocumentNode, Node } from "../../../web/protocol/operations";

const SHADOW: Node = [11, 4, [[3, 5, "in the shadow"]], { adopted: [["p { color: red }"]] }];
const ROW = (id: number): Node => [1, id, "tr", { class: 'a"b' }, [[1, id + 1, "td", {}, [[3, id + 2, `cell ${id}`]]]]];

/** Numbered in pre-order. */
export function page(rows: number): DocumentNode {
  const body: Node[] = [[8, 6, ""], [4, 7, "<x>"], [1, 8, "svg", {}, [], { ns: "svg" }]];
  for (let n = 0; n < rows; n++) body.push(ROW(9 + 3 * n));
  return [9, 1, [[10, 2, "html", "", ""], [1, 3, "html", {}, [SHADOW, ...body], { top: "modal" }]], { quirks: 1 }];
}
