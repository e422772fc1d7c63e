import assert from "node:assert/strict";
import { test } from "node:test";
import { replaceUrls } from "../../../web/protocol/css";

const BASE = "https://shop.example/styles/main.css";

function urlsOf(css: string): { urls: string[]; text: string } {
  const urls: string[] = [];
  const text = replaceUrls(css, BASE, ({ url }) => {
    urls.push(url);
    return url;
  });
  return { urls, text };
}

test("quotes inside the other quotes stay inside", () => {
  const { urls, text } = urlsOf(`.i{mask:url('data:image/svg+xml,%3Csvg x="1"/%3E') no-repeat}`);
  assert.deepEqual(urls, [`data:image/svg+xml,%3Csvg x="1"/%3E`]);
  assert.equal(text, `.i{mask:url("data:image/svg+xml,%3Csvg x=\\22 1\\22 /%3E") no-repeat}`);
});

test("what is escaped is read as the letter that it stands for", () => {
  assert.deepEqual(urlsOf(`a{background:url("a\\"b.png")}`).urls, ["https://shop.example/styles/a%22b.png"]);
  assert.deepEqual(urlsOf("a{background:url(a\\)b.png)}").urls, ["https://shop.example/styles/a)b.png"]);
  assert.deepEqual(urlsOf("a{background:url('a\\62 c.png')}").urls, ["https://shop.example/styles/abc.png"]);
});

test("what was replaced is read again as the same", () => {
  const once = urlsOf(`a{background:url('data:image/png,"\\\\"')}`);
  assert.deepEqual(urlsOf(once.text).urls, once.urls);
});
