/**
 * What visitors of a tenant have in common: subtrees that its store has stand on the shelf by their digests, and what a
 * second visitor has as well goes up behind everything else, for those who come later.
 */

import type { Node } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";
import { childrenOf, type TreeModel } from "../protocol/tree";
import { bareText } from "./bare_text";
import { finished } from "./budget";

const TYPE = "application/vnd.alongside.subtree+json";
const MOST_ASKED = 256;
const MOST_ASKED_OF_A_DOCUMENT = 1024;
/** Subtrees of some length are near the root, mostly. */
const MOST_LOOKED_AT = 20_000;
/** Of a digest, in hex. */
const NAME_LENGTH = 12;
/** The page goes out whole when the answer takes longer. */
const LONGEST_ANSWER_MS = 250;
const HEARD_MS = 20;
const MOST_BYTES = 1024 * 1024;

export class Common {
  isAwaited = false;
  /** Told when there is something to upload. */
  wants: () => void = () => undefined;
  private readonly asked = new Set<string>();
  private readonly known = new Set<string>();
  private readonly wanted = new Set<string>();
  private readonly sent = new Set<string>();

  constructor(private readonly host: CaptureHost) {}

  has(name: string): boolean {
    return this.known.has(name);
  }

  /** Something of it may be missing: none is named again that was known until now. */
  clear(): void {
    this.known.clear();
  }

  /** About subtrees of a digested tree, the outermost first; not within those that are `had`. */
  ask(model: TreeModel, had: (name: string) => unknown): void {
    const names = this.unasked(model, had);
    if (!names.length || !this.host.askSubtrees) return;
    const answered = (): void => {
      this.isAwaited = false;
    };
    this.isAwaited = true;
    // What came while the page was busy is heard first.
    setTimeout(() => setTimeout(answered, HEARD_MS), LONGEST_ANSWER_MS);
    void this.host.askSubtrees(rowOf(names)).then(({ known, wanted }) => {
      for (const name of known) this.known.add(name);
      for (const at of wanted) this.wanted.add(names[at]!);
      if (wanted.length) this.wants();
      answered();
    });
  }

  /** Whether all that is wanted of a digested tree goes up now; the rest with a further call. */
  upload(model: TreeModel, isSpent: () => boolean): boolean {
    if (!this.wanted.size) return true;
    const isFound = (name: string): boolean => [this.known, this.wanted, this.sent].some((names) => names.has(name));
    for (const node of outermost(model, isFound)) {
      const name = model.nameOf(node)!;
      if (!this.wanted.delete(name)) continue;
      this.sent.add(name);
      const bytes = new TextEncoder().encode(finished(bareText(model, { find: () => 0, put: () => 0 }, node)));
      if (bytes.length <= MOST_BYTES) void this.host.uploadAsset(name, TYPE, bytes);
      if (isSpent()) return false;
    }
    return true;
  }

  private unasked(model: TreeModel, had: (name: string) => unknown): string[] {
    const names: string[] = [];
    const isNew = (name: string): boolean => !this.asked.has(name) && names.length < MOST_ASKED;
    outermost(model, (name) => {
      if (had(name)) return true;
      if (isNew(name) && this.asked.size < MOST_ASKED_OF_A_DOCUMENT) {
        this.asked.add(name);
        names.push(name);
      }
      return false;
    });
    return names;
  }
}

/** Nodes whose names are `found`, none of them in another one. */
function outermost(model: TreeModel, found: (name: string) => boolean): Node[] {
  const open: Node[] = [model.root];
  const all: Node[] = [];
  for (const node of open) {
    const name = model.nameOf(node);
    if (name && found(name)) all.push(node);
    else if (open.length < MOST_LOOKED_AT) for (const child of childrenOf(node) ?? []) open.push(child);
  }
  return all;
}

function rowOf(names: string[]): string {
  const hex = names.map((name) => name.slice(0, NAME_LENGTH)).join("");
  return btoa(hex.replace(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16))));
}
