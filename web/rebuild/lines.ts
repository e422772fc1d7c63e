/** Lines of page streams, read so that nothing has to be known to make sense of one. */

import { BadOperation, type Operation, parseOperation, type SentMutation } from "../protocol/operations";
import { readMutation } from "../protocol/sent_mutation";

/** Throws BadOperation. */
export function readLine(line: string): Operation {
  const operation = parseOperation(line);
  if (operation[0] !== "mutation") return operation;
  try {
    return ["mutation", operation[1], readMutation(operation[2] as SentMutation)];
  } catch {
    throw new BadOperation("a mutation of the page stream is not as it should be");
  }
}
