import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutContent, withStrings } from "../../../web/capture/style_texts";

Object.assign(globalThis, { CSS: { supports: () => false } });
const BASE = "https://site.example/app/page.html";

test("of a masked style nothing is said or loaded, and sheets that lay it out are", () => {
  const style = `@import "more.css"; a { --of: canary; content: "canary"; background: url(canary.png), image-set("canary.png" 1x) }`;
  const shown = withoutContent(style, BASE);
  assert.ok(!shown.includes("canary"), shown);
  assert.ok(shown.includes("https://site.example/app/more.css"));
});

test("words that are never closed are words", () => {
  assert.ok(!withoutContent(`a::after { content: "canary`, BASE).includes("canar"));
  assert.equal(withStrings(`a::after { content: "canary\n }`, () => "•"), `a::after { content: "•"\n }`);
});

/** What takes more than linear time does not end here within the patience of anybody. */
test("what is never closed is read in linear time", () => {
  const many = (text: string): string => text.repeat(1_000_000 / text.length);
  for (const text of ["/--", ";--", "url(", "content:(", "content:{", "content:'\\", "--a:\"\\", "/*"])
    withoutContent(`a{${many(text)}`, BASE);
  for (const lead of ["url(", "url('", "--a", "content"]) withoutContent(lead + many(" "), BASE);
});
