import assert from "node:assert/strict";
import { test } from "node:test";
import { DATA_TYPES, type DataType, findPersonal, hidden, holdsCard } from "../../../web/capture/personal";
import vectors from "../../vectors/personal/texts.json";

const ALL = new Set<DataType>(DATA_TYPES);

function found(text: string, ...types: DataType[]): string[] {
  return findPersonal(text, new Set(types)).map(([start, end]) => text.slice(start, end));
}

for (const type of DATA_TYPES)
  test(`${type}: each way of writing is found whole, alone and in a sentence`, () => {
    for (const text of vectors.whole[type]) {
      assert.deepEqual(found(text, type), [text]);
      assert.deepEqual(found(`See ${text}, please.`, type), [text]);
      assert.deepEqual(found(`号码：${text}。`, type), [text]);
    }
  });

test("what only looks like it is left alone", () => {
  for (const text of vectors.innocent) assert.deepEqual(findPersonal(text, ALL), [], text);
});

test("only what is listed is looked for, in words without spaces and beside other numbers as well", () => {
  for (const vector of vectors.found) assert.deepEqual(found(vector.text, ...(vector.types as DataType[])), vector.found);
  assert.ok(holdsCard("4111 1111 1111 1111 123"));
});

test("the rest of the text and the white space stay", () => {
  for (const vector of vectors.hidden) assert.equal(hidden(vector.text, findPersonal(vector.text, ALL)), vector.hidden);
});

/** What takes more than linear time does not end here within the patience of anybody. */
test("a megabyte of anything is gone through", () => {
  const million = 1 << 20;
  const shapes = ["1", "０", "a", "a.", "a@", "@", "1.", "+1", "(0", "例@", "x@1."];
  for (const shape of shapes) assert.ok(findPersonal(shape.repeat(million / shape.length), ALL).length <= 1, shape);
});

test("a text with more numbers or addresses than can be looked at in one go is hidden as a whole", () => {
  for (const shape of ["1 ", "1 1-", "０ ", "@ ", "a@b.cd "]) {
    const [few, many] = [shape.repeat(1000), shape.repeat(5001)];
    assert.ok(findPersonal(few, ALL).every(([start, end]) => end - start < shape.length), shape);
    assert.deepEqual(findPersonal(many, ALL), [[0, many.length]], shape);
    assert.ok(holdsCard(many), shape);
  }
});
