/** What several steps of building need. */

import { NODE } from "../protocol/operations";

export function isRoot(node: Node): node is Document | ShadowRoot {
  return node.nodeType === NODE.DOCUMENT || node.nodeType === NODE.SHADOW;
}

export function attempt(call: () => void, faults: unknown[]): void {
  try {
    call();
  } catch (fault) {
    faults.push(fault);
  }
}
