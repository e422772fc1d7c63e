/** What mutation records say: where to look, also for what a rule of masking covers now. */

import { NODE, type Node as TreeNode } from "../protocol/operations";
import { childrenOf, type TreeModel } from "../protocol/tree";
import type { Ids } from "./ids";
import type { Marks } from "./marks";
import { frameOf, isStyle } from "./nodes";
import type { Reader } from "./reader";

type Scope = Element | Document;

export class Notes {
  constructor(
    private readonly marks: Marks,
    private readonly ids: Ids,
    private readonly reader: Reader,
  ) {}

  /** `model` is the tree as it was before these changes. */
  take(records: MutationRecord[], model: TreeModel): void {
    const reached = new Set<Scope>();
    for (const record of records) {
      const { type, target, attributeName } = record;
      // Also of what has not been read yet: a number may begin before it.
      for (const text of this.reader.affectedBy(record)) if (this.ids.has(text)) this.marks.texts.add(text);
      if (this.marks.areAway) record.addedNodes.forEach((node) => this.markReturned(node));
      if (!this.ids.has(target)) continue;
      if (type === "childList") this.marks.parents.add(target);
      else if (type === "characterData") this.marks.texts.add(target);
      else this.noteAttribute(target as Element, attributeName!, model, reached);
      if (type === "childList" && isStyle(target)) this.marks.elements.add(target as Element);
      const frame = type === "childList" && frameOf(target);
      if (frame) this.marks.parents.add(frame);
    }
    const seen = new Set<number>();
    for (const scope of reached) this.markWithin(scope, model, seen);
    // Up to now they were observed wherever they went.
    this.marks.areAway ||= records.some((record) => Array.from(record.removedNodes).some((node) => !node.isConnected));
  }

  /** What is known may have changed while nobody observed it, and may come back in what is not. */
  private markReturned(node: Node): void {
    const inside = document.createTreeWalker(node); // a script can nest deeper than calls go
    for (let at: Node | null = node; at; at = inside.nextNode()) if (this.ids.has(at)) this.marks.add(at);
  }

  /** A changed attribute can also change which rules of masking cover the element and what is in it. */
  private noteAttribute(element: Element, name: string, model: TreeModel, reached: Set<Scope>): void {
    const isPending = this.marks.elements.has(element);
    this.marks.elements.add(element);
    const before = isPending ? undefined : this.sent(element, name, model);
    const scope = this.reader.masking.reachOf(element, name, before);
    if (scope) reached.add(scope);
  }

  /** The attribute as the other side has it. */
  private sent(element: Element, name: string, model: TreeModel): string | undefined {
    const id = this.ids.of(element);
    const node = model.has(id) ? model.node(id) : null;
    return node?.[0] === NODE.ELEMENT ? (node[3][name] ?? "") : undefined;
  }

  /** All that is known in it, also in shadow roots and frames; not what has been `seen` in one that it is in. */
  markWithin(scope: Scope, model: TreeModel, seen = new Set<number>()): void {
    const id = this.ids.of(scope);
    if (!model.has(id)) return;
    const mark = (known: TreeNode): void => {
      if (seen.has(known[1])) return;
      seen.add(known[1]);
      const node = this.ids.node(known[1]);
      if (node) this.marks.add(node);
      childrenOf(known)?.forEach(mark);
    };
    mark(model.node(id));
  }
}
