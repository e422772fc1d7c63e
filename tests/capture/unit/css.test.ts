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

const PAGE = "https://site.example/app/page.html";
const urls = (text: string): string[] => {
  const found: string[] = [];
  replaceUrls(text, PAGE, ({ url, imports }) => {
    found.push(imports ? `import ${url}` : url);
    return url;
  });
  return found;
};

test("addresses and imports are found, made absolute", () => {
  assert.deepEqual(urls("@import 'a.css' print; @import url(b.css); a { background: url( c.png ) }"), [
    "import https://site.example/app/a.css",
    "import https://site.example/app/b.css",
    "https://site.example/app/c.png",
  ]);
});

test("what looks like one in a string, a comment or a namespace is none", () => {
  assert.deepEqual(urls(`/* url(a) */ @namespace url(http://www.w3.org/1999/xhtml); a::after { content: "url(b)" 'url(c)' }`), []);
});

test("pictures of a set are found by their strings too, their types are not", () => {
  assert.deepEqual(urls(`a { background: image-set("a.png" 1x, url(b.png) 2x, 'c.avif' type("image/avif")) }`), [
    "https://site.example/app/a.png",
    "https://site.example/app/b.png",
    "https://site.example/app/c.avif",
  ]);
});

test("part of the page itself stays one", () => {
  const told = replaceUrls("fill: url(page.html#g); mask: url(#m)", PAGE, () => "other");
  assert.equal(told, 'fill: url("#g"); mask: url(#m)');
});

test("a string ends with its line, and what is not closed with the text", () => {
  assert.deepEqual(urls("a { content: 'it }\nb { background: url(a.png) }"), ["https://site.example/app/a.png"]);
  assert.deepEqual(urls("a { content: 'it\\\r\ns url(b)'; background: url('c.png'"), ["https://site.example/app/c.png"]);
  assert.deepEqual(urls("a { background: url( d.png "), ["https://site.example/app/d.png"]);
});

/** What takes more than linear time does not end here within the patience of anybody. */
test("what is never closed is read in linear time", () => {
  const many = (text: string): string => text.repeat(1_000_000 / text.length);
  const texts = ["url(a ", `url("a" `, "url('\\", "'\\", "/*", "@namespace", "@import ", "image-set("];
  for (const text of texts) urls(`url(a)${many(text)}`);
  for (const lead of ["url(a", `url("a"`, "@import", "image-set('a'"]) urls(lead + many(" "));
});
