/**
 * Rows of a table, entries of a list: subtrees of one form follow each other, and only their values differ. In the
 * mutations of a stream a form that was there before stands as `[0, number, …values]`, where a value that is as it was
 * the last time is 0, and those at the end are left out (docs/protocol.md).
 */

import { MAX_INFLATED_BYTES } from "./deflate";
import { type BareNode, NODE } from "./operations";
import { TooLarge, TreeFault } from "./tree";

const LEAST_VALUES = 4;
const MOST_NODES = 200;
const MOST_FORMS = 2000;
/** Characters of what is put in again, and so many for each node. */
const NODE_LENGTH = 16;

interface Shape {
  key: string;
  values: string[];
  nodes: number;
}

interface Form {
  tree: BareNode;
  values: string[];
  nodes: number;
}

type Reference = [0, number, ...(string | 0)[]];
type Element = [1, string, Record<string, string>, BareNode[], unknown?];

/** Of one stream, at either side; what one side has sent the other one reads in the same order. */
class Forms {
  protected readonly numbers = new Map<string, number>();
  protected readonly forms: Form[] = [];
  private shapes = new Map<BareNode, Shape | null>();

  /** The trees of a mutation have been sent or read. */
  end(): void {
    this.shapes = new Map();
  }

  /** A subtree that is sent as it is, once all that is in it is. */
  protected note(node: BareNode): void {
    const shape = isElement(node) ? this.shape(node) : null;
    if (!shape || shape.values.length < LEAST_VALUES || this.numbers.has(shape.key)) return;
    if (this.forms.length >= MOST_FORMS) return;
    this.numbers.set(shape.key, this.forms.length);
    this.forms.push({ ...shape, tree: node });
  }

  /** Null for what is larger than a row is, or has something in it that is no value. */
  protected shape(node: BareNode): Shape | null {
    if (typeof node === "string") return { key: "t", values: [node], nodes: 1 };
    let shape = this.shapes.get(node);
    if (shape !== undefined) return shape;
    shape = isElement(node) ? this.elementShape(node) : leafShape(node);
    this.shapes.set(node, shape);
    return shape;
  }

  private elementShape([, tag, attributes, children, extra]: Element): Shape | null {
    if (extra) return null;
    const values = Object.values(attributes);
    let key = JSON.stringify([tag, Object.keys(attributes)]);
    let nodes = 1;
    for (const child of children) {
      const shape = this.shape(child);
      nodes += shape?.nodes ?? MOST_NODES;
      if (!shape || nodes > MOST_NODES) return null;
      values.push(...shape.values);
      key += shape.key;
    }
    return { key: `${key};`, values, nodes };
  }
}

export class SentForms extends Forms {
  /** What is sent for a subtree. */
  sent(node: BareNode): BareNode {
    const shape = isElement(node) ? this.shape(node) : null;
    const number = shape ? this.numbers.get(shape.key) : undefined;
    if (shape && number !== undefined) return this.reference(number, shape.values) as unknown as BareNode;
    if (!hasChildren(node)) return node;
    const sent = withChildren(node, (child) => this.sent(child));
    this.note(node);
    return sent;
  }

  private reference(number: number, values: string[]): Reference {
    const last = this.forms[number]!.values;
    this.forms[number]!.values = values;
    const said = values.map((value, at) => (value === last[at] ? 0 : value));
    return [0, number, ...said.slice(0, said.findLastIndex((value) => value !== 0) + 1)];
  }
}

export class ReadForms extends Forms {
  /** Of what has been put in again, since `end`. */
  length = 0;

  /** Throws TreeFault. */
  read(node: BareNode): BareNode {
    if (Array.isArray(node) && (node[0] as number) === 0) return this.filled(node as unknown as Reference);
    if (!hasChildren(node)) return node;
    const read = withChildren(node, (child) => this.read(child));
    this.note(read);
    return read;
  }

  override end(): void {
    super.end();
    this.length = 0;
  }

  private filled([, number, ...said]: Reference): BareNode {
    const form = this.forms[number];
    if (!form) throw new TreeFault("a form has not been said before");
    form.values = form.values.map((last, at) => (typeof said[at] === "string" ? said[at] : last));
    this.length += form.values.reduce((sum, value) => sum + value.length, form.nodes * NODE_LENGTH);
    if (this.length > MAX_INFLATED_BYTES) throw new TooLarge("its forms are too long");
    return refilled(form.tree, form.values.values());
  }
}

function leafShape(node: BareNode): Shape | null {
  if (!Array.isArray(node) || (node[0] !== NODE.COMMENT && node[0] !== NODE.CDATA)) return null;
  return { key: String(node[0]), values: [node[1]], nodes: 1 };
}

function isElement(node: BareNode): node is Element & BareNode {
  return Array.isArray(node) && node[0] === NODE.ELEMENT;
}

function hasChildren(node: BareNode): boolean {
  return Array.isArray(node) && Array.isArray(node[node[0] === NODE.ELEMENT ? 3 : 1]);
}

function withChildren(node: BareNode, change: (child: BareNode) => BareNode): BareNode {
  const parts = [...(node as unknown[])];
  const at = parts[0] === NODE.ELEMENT ? 3 : 1;
  parts[at] = (parts[at] as BareNode[]).map(change);
  return parts as unknown as BareNode;
}

function refilled(tree: BareNode, values: Iterator<string>): BareNode {
  const next = (): string => values.next().value as string;
  if (typeof tree === "string") return next();
  if (!isElement(tree)) return [(tree as [8, string])[0], next()];
  const [, tag, attributes, children] = tree;
  const filled = Object.fromEntries(Object.keys(attributes).map((name) => [name, next()]));
  return [1, tag, filled, children.map((child) => refilled(child, values))];
}
