/** Lines of page streams, read so that nothing has to be known to make sense of one. */

import {
  BadOperation,
  type Operation,
  type PointerAt,
  type PointerPath,
  parseOperation,
  type SentMutation,
  type SentOperation,
} from "../protocol/operations";
import { readMutation } from "../protocol/sent_mutation";

/** Throws BadOperation. */
export function readLine(line: string): Operation {
  const operation = parseOperation(line) as SentOperation;
  const [name, at] = operation;
  if (name === "pointer") return [name, at, operation[2].flatMap(positions)];
  if (name !== "mutation" || operation[3] === undefined) return operation as Operation;
  try {
    return [name, at, readMutation(operation[2] as SentMutation, operation[3])];
  } catch {
    throw new BadOperation("a mutation of the page stream is not as it should be");
  }
}

function positions([dt, x, y, id, ...further]: PointerPath): PointerAt[] {
  const all: PointerAt[] = [[dt, x, y, id]];
  for (let at = 0; at < further.length; at += 3) {
    [dt, x, y] = [dt + further[at]!, x + further[at + 1]!, y + further[at + 2]!];
    all.push([dt, x, y, id]);
  }
  return all;
}
