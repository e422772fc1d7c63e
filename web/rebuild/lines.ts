/** Lines of page streams, read so that nothing has to be known to make sense of what they say. */

import { MAX_INFLATED_BYTES } from "../protocol/deflate";
import { ReadForms } from "../protocol/forms";
import {
  BadOperation,
  formatOperation,
  type Operation,
  type PointerAt,
  type PointerPath,
  parseOperation,
  type SentMutation,
  type SentOperation,
} from "../protocol/operations";
import { putSheets, readMutation, type SheetList } from "../protocol/sent_mutation";
import { TooLarge } from "../protocol/tree";

/** An operation, and a line that says the same to whoever has not read those before it. */
export interface Read {
  operation: Operation;
  line: string;
}

/** Of one stream, whose lines it is given in order. */
export class LineReader {
  private readonly sheets: SheetList = [];
  private readonly forms = new ReadForms();

  /** Throws BadOperation. */
  read(line: string): Read {
    const operation = parseOperation(line) as SentOperation;
    const [name, at] = operation;
    if (name === "pointer") return { line, operation: [name, at, operation[2].flatMap(positions)] };
    if (name !== "mutation" || operation[3] === undefined) return { line, operation: operation as Operation };
    try {
      const { a, e } = operation[2] as SentMutation;
      const length = putSheets(a, this.sheets) + putSheets(e, this.sheets);
      if (length > MAX_INFLATED_BYTES) throw new TooLarge("its style sheets are too long");
      const read: Operation = [name, at, readMutation(operation[2] as SentMutation, operation[3], this.forms)];
      const isAlone = !length && !this.forms.length;
      this.forms.end();
      return { operation: read, line: isAlone ? line : formatOperation(read) };
    } catch {
      throw new BadOperation("a mutation of the page stream is not as it should be");
    }
  }
}

/** Throws BadOperation. */
export function readLine(line: string): Operation {
  return new LineReader().read(line).operation;
}

function positions([dt, x, y, id, ...further]: PointerPath): PointerAt[] {
  const all: PointerAt[] = [[dt, x, y, id]];
  for (let at = 0; at < further.length; at += 3) {
    [dt, x, y] = [dt + further[at]!, x + further[at + 1]!, y + further[at + 2]!];
    all.push([dt, x, y, id]);
  }
  return all;
}
