import assert from "node:assert/strict";
import { test } from "node:test";
import { DATA_TYPES, type DataType, findPersonal, hidden, holdsCard } from "../../../web/capture/personal";

const ALL = new Set<DataType>(DATA_TYPES);

function found(text: string, ...types: DataType[]): string[] {
  return findPersonal(text, new Set(types)).map(([start, end]) => text.slice(start, end));
}

const WHOLE: Record<DataType, string[]> = {
  card: [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111\u00a01111\u00a01111\u00a01111",
    "378282246310005",
    "3782 822463 10005",
    "4222222222222",
    "6212 3456 7890 1232 126",
    "621234 5678901232126",
    "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
    "４１１１ １１１１ １１１１ １１１１",
    "411\u200b1111111111111",
  ],
  phone: [
    "+8613800138000",
    "+86 138 0013 8000",
    "(+86) 138-0013-8000",
    "+86（010）6234 5678",
    "13800138000",
    "138 0013 8000",
    "138-0013-8000",
    "86 13800138000",
    "0086 138 0013 8000",
    "010-62345678",
    "0755 12345678",
    "(010) 62345678",
    "（０１０）６２３４５６７８",
    "021-62345678-802",
    "400-123-4567",
    "4001234567",
    "400 1234 567",
    "+1 (212) 555-0123",
    "(212) 555-0123",
    "212-555-0123",
    "1-212-555-0123",
    "212.555.0123",
    "+44 (0)20 7946 0958",
    "020 7946 0958",
    "07911 123456",
    "01 23 45 67 89",
    "+33 1 23 45 67 89",
    "030 12345678",
    "089/1234567",
    "+49 30 901820",
    "03-1234-5678",
    "090-1234-5678",
    "(11) 91234-5678",
    "04 1234 5678",
    "+1 2125550123",
  ],
  identity: [
    "11010519491231002X",
    "11010519491231002x",
    "110105 19491231 002X",
    "１１０１０５１９４９１２３１００２Ｘ",
    "110105491231002",
    "078-05-1120",
    "078 05 1120",
    "A123456(3)",
    "A1234563",
    "A123456789",
  ],
  email: [
    "ann@example.com",
    "Ann.O'Neil+desk@mail.example.co.uk",
    "jos\u00e9@b\u00fccher.example",
    "\u7528\u6237@\u4f8b\u5b50.\u516c\u53f8",
    "ann＠example.com",
    "a@xn--fsqu00a.xn--55qx5d",
    "ann%40example.com",
  ],
};

for (const type of DATA_TYPES)
  test(`${type}: each way of writing is found whole, alone and in a sentence`, () => {
    for (const text of WHOLE[type]) {
      assert.deepEqual(found(text, type), [text]);
      assert.deepEqual(found(`See ${text}, please.`, type), [text]);
      assert.deepEqual(found(`号码：${text}。`, type), [text]);
    }
  });

test("what only looks like it is left alone", () => {
  const innocent = [
    "4111 1111 1111 1112",
    "$1,234,567.89",
    "1 234 567,00 €",
    "¥12,800.00",
    "12.5 %",
    "100 200 300 400",
    "2023 2024 2025 2026",
    "2024-01-15",
    "15.01.2024 12:30",
    "01.02.2024",
    "01/15/2024 10:30:00",
    "2024-01-15T10:30:00.123Z",
    "20240115103000",
    "1700000000000",
    "2024年1月15日",
    "10:30–11:45",
    "Order 123456789",
    "#10023",
    "v10.0.19045.3803",
    "192.168.100.100",
    "172.16.254.1:8080",
    "010.020.030.040",
    "3.14159265358979",
    "0.4111111111111111",
    "+48.8577 +2.2950",
    "550e8400-e29b-41d4-a716-446655440000",
    "11010519491231002Y",
    "110105194912310021",
    "900-12-3456",
    "078-00-1120",
    "A123456(4)",
    "A123456788",
    "@mention",
    "logo@2x.png",
    "lodash@4.17.21",
    "user@localhost",
    "a @ b.com",
    "1280 x 720",
    "12/24",
    "ISBN 978-3-16-148410-0",
    "640-12",
  ];
  for (const text of innocent) assert.deepEqual(findPersonal(text, ALL), [], text);
});

test("only what is listed is looked for", () => {
  assert.deepEqual(found("ann@example.com 13800138000", "phone"), ["13800138000"]);
  assert.deepEqual(found("ann@example.com 13800138000", "email"), ["ann@example.com"]);
  assert.deepEqual(found("ann@example.com 13800138000"), []);
});

test("words without a space before an address stay", () => {
  assert.deepEqual(found("邮箱zhang@example.com谢谢", "email"), ["zhang@example.com"]);
  assert.deepEqual(found("mailto:ann@example.com?subject=x", "email"), ["ann@example.com"]);
  assert.deepEqual(found("电话13800138000转2", "phone"), ["13800138000转2"]);
});

test("neighbouring numbers don't hide a number", () => {
  assert.deepEqual(found("2024 4111 1111 1111 1111 12/27 123", "card"), ["4111 1111 1111 1111"]);
  assert.deepEqual(found("13800138000 13900139000", "phone"), ["13800138000", "13900139000"]);
  assert.ok(holdsCard("4111 1111 1111 1111 123"));
});

test("the rest of the text and the white space stay", () => {
  const text = "Call 138 0013 8000, or write to a.b@example.com!";
  assert.equal(hidden(text, findPersonal(text, ALL)), "Call ••• •••• ••••, or write to •••••••••••••••!");
  const wide = "卡号 ４１１１ １１１１\u3000１１１１ １１１１ 有效";
  assert.equal(hidden(wide, findPersonal(wide, ALL)), "卡号 •••• ••••\u3000•••• •••• 有效");
});

/** What takes more than linear time does not end here within the patience of anybody. */
test("a megabyte of anything is gone through", () => {
  const million = 1 << 20;
  const shapes = ["1", "０", "a", "a.", "a@", "@", "1.", "+1", "(0", "例@", "x@1."];
  for (const shape of shapes) assert.deepEqual(findPersonal(shape.repeat(million / shape.length), ALL), [], shape);
  assert.equal(findPersonal("a@b.cd ".repeat(million / 8), ALL).length, million / 8);
});
