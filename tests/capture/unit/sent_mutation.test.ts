import assert from "node:assert/strict";
import { test } from "node:test";
import { BadOperation, formatOperation, type Mutation, type Node } from "../../../web/protocol/operations";
import { Said, sentMutation } from "../../../web/protocol/sent_mutation";
import { LineReader, readLine } from "../../../web/rebuild/lines";

function row(id: number): Node {
  const shadow: Node = [11, id + 2, [[3, id + 3, "in the shadow"]], { adopted: [["p { color: red }"]] }];
  return [1, id, "tr", { class: "even" }, [[1, id + 1, "td", {}, [shadow], { ns: "svg" }], [8, id + 4, "a comment"]]];
}

const text: Node = [3, 50, "a text"];
const TOLD: Record<string, Mutation> = {
  "rows that come and go": {
    r: [[7, 20], [7, 25], [9, 30]],
    a: [[7, 0, row(40)], [7, 0, row(45)], [7, 12, text], [8, 12, [10, 51, "html", "", ""]]],
    t: [
      [7, "text"],
      [3, "another"],
      [45, "a third"],
    ],
    s: [
      [9, { class: null, id: "x" }],
      [40, { class: "odd" }],
    ],
    e: [[7, { top: "modal" }]],
  },
  "a child that moves among new ones": { a: [[7, 0, row(40)], [7, 12, 9], [7, 12, row(45)], [7, 13, 4]] },
  "only a child that moves": { a: [[7, 0, 9]] },
  "nodes that are not numbered in order": { a: [[7, 0, row(45)], [7, 0, row(40)]] },
  "no nodes": { t: [[7, "text"]] },
};

function line(change: Mutation): string {
  return formatOperation(["mutation", 5, ...sentMutation(structuredClone(change), new Said())]);
}

for (const [name, change] of Object.entries(TOLD)) {
  test(`${name} are read as they were written`, () => {
    assert.deepEqual(readLine(line(change)), ["mutation", 5, change]);
  });
}

test("what both sides know is not said", () => {
  const said = line({
    r: [
      [7, 20],
      [7, 25],
    ],
    a: [
      [7, 0, row(40)],
      [7, 0, [3, 45, "x"]],
    ],
  });
  assert.equal(
    said,
    '["mutation",5,{"r":[[7,20,5]],"a":[[7,0,[1,"tr",{"class":"even"},[[1,"td",{},[[11,["in the shadow"],' +
      '{"adopted":[["p { color: red }"]]}]],{"ns":"svg"}],[8,"a comment"]]],"x"]]},40]\n',
  );
});

test("a mutation that is none is refused", () => {
  for (const change of ['{"r":5}', '{"a":[5]}', '{"a":[[1,0,{}]]}', '{"a":[[1,0,[1,"p",{},5]]]}', '{"a":[[1,0,[1,"p",{},[7]]]]}', '{"t":7}'])
    assert.throws(() => readLine(`["mutation",1,${change},9]`), BadOperation, change);
  assert.throws(() => readLine('["mutation",1,{"r":[[1,2]]},"9"]'), BadOperation);
});

test("a sheet that several have adopted is said once in a stream, and each line can be read again alone", () => {
  const [long, other] = [["p { color: red }", "a { color: blue }"], ["i { color: green }"]];
  const host = (id: number, adopted: string[][]): Node => [1, id, "x-host", {}, [[11, id + 1, [], { adopted }]]];
  const changes: Mutation[] = [
    {
      a: [
        [7, 0, host(40, [long, other])],
        [7, 0, host(42, [[], long])],
      ],
    },
    { e: [[40, { adopted: [other, long] }]], a: [[7, 0, host(44, [[]])]] },
  ];
  const [sheets, reader] = [new Said(), new LineReader()];
  const lines = changes.map((change) => formatOperation(["mutation", 5, ...sentMutation(change, sheets)]));
  assert.equal(lines.join("").split("color: red").length, 2);
  for (const [at, line] of lines.entries()) {
    const read = reader.read(line);
    assert.deepEqual(read.operation, ["mutation", 5, changes[at]]);
    assert.deepEqual(readLine(read.line), ["mutation", 5, changes[at]]);
  }
  assert.throws(() => readLine(lines[1]!), BadOperation);
});

test("sheets that are said again take no more room than what is said", () => {
  const sheet = JSON.stringify(["x".repeat(1024 * 1024)]);
  const adopted = `[${sheet},${Array(40).fill(0)}]`;
  assert.throws(() => readLine(`["mutation",1,{"e":[[1,{"adopted":${adopted}}]]},0]`), BadOperation);
});

test("rows of one form are told by what differs from the one before, and each line can be read again alone", () => {
  const cell = (id: number, name: string, text: string): Node => [1, id, "td", { class: name }, [[3, id + 1, text]]];
  const row = (id: number, ...[name, one, two]: string[]): Node => [
    1,
    id,
    "tr",
    { class: name! },
    [cell(id + 1, "first", one!), cell(id + 3, "second", two!), [8, id + 5, "end"]],
  ];
  const list: Node = [1, 60, "table", {}, [row(61, "odd", "e", "f"), row(67, "even", "", "f"), row(73, "even", "", "f")]];
  const other: Node = [1, 79, "tr", { class: "odd", id: "x" }, [cell(80, "first", "g"), [3, 82, "td"], [3, 83, "0"]]];
  const changes: Mutation[] = [
    {
      a: [
        [7, 0, row(40, "odd", "a", "b")],
        [7, 0, row(46, "even", "c", "b")],
      ],
    },
    { a: [[7, 0, list], [7, 9, 12], [7, 0, other]] },
    { a: [[7, 0, row(84, "odd", "0", "<")], [7, 0, [3, 90, "a text"]]] },
  ];
  const [said, reader] = [new Said(), new LineReader()];
  const lines = changes.map((change) => formatOperation(["mutation", 5, ...sentMutation(change, said)]));
  assert.match(lines[0]!, /\[0,0,"even",0,"c"\]\]\]\},40\]/);
  assert.match(lines[1]!, /\[\[0,0,"odd",0,"e",0,"f"\],\[0,0,"even",0,""\],\[0,0\]\]/);
  for (const [at, line] of lines.entries()) {
    const read = reader.read(line);
    assert.deepEqual(read.operation, ["mutation", 5, changes[at]]);
    assert.deepEqual(readLine(read.line), ["mutation", 5, changes[at]]);
  }
  assert.throws(() => readLine(lines[1]!), BadOperation);
});

test("forms that are said again take no more room than a frame may", () => {
  const form = `[1,"p",{"a":"${"x".repeat(1024 * 1024)}","b":"","c":"","d":""},[]]`;
  const line = (times: number): string => `["mutation",1,{"a":[[1,0,${form}${",[0,0]".repeat(times)}]]},9]`;
  assert.doesNotThrow(() => readLine(line(20)));
  assert.throws(() => readLine(line(40)), BadOperation);
});
