import assert from "node:assert/strict";
import { test } from "node:test";
import { BadOperation } from "../../../web/protocol/operations";
import { readLine } from "../../../web/rebuild/lines";

test("positions on one node are told by their differences", () => {
  const told = '["pointer",70,[[0,600,300,12,100,-5,0,104,7,-2],[310,602,297,13],[400,9,9,0,100,1,1]]]';
  assert.deepEqual(readLine(told), [
    "pointer",
    70,
    [
      [0, 600, 300, 12],
      [100, 595, 300, 12],
      [204, 602, 298, 12],
      [310, 602, 297, 13],
      [400, 9, 9, 0],
      [500, 10, 10, 0],
    ],
  ]);
});

test("a path that breaks off is refused", () => {
  for (const path of ["[0,1,2]", "[0]", "[0,1,2,3,4]", "[0,1,2,3,4,5]", "[0,1,2,3,4,5,null]", "{}", "7"])
    assert.throws(() => readLine(`["pointer",1,[${path}]]`), BadOperation, path);
});
