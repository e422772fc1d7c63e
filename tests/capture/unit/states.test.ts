import assert from "node:assert/strict";
import { test } from "node:test";
import { VisitorMedia } from "../../../web/rebuild/media";
import { askingForSaid, takingSaid } from "../../../web/rebuild/said";
import { exported, withStates } from "../../../web/rebuild/states";

test("states become attributes of the same weight", () => {
  assert.equal(withStates("a:hover > b:focus-visible"), "a[data-alongside-hover] > b[data-alongside-focus-visible]");
  assert.equal(withStates(":host(:state(open)) i"), ':host([data-alongside-state~="open"]) i');
  assert.equal(withStates("x-y:not(:defined)"), "x-y:not(:not([data-alongside-undefined]))");
});

test("escaped letters of a class name and strings are no states", () => {
  for (const selector of [".dark\\:hover\\:big", '[title=":hover"]', ".a\\:focus", ":hover-card"])
    assert.equal(withStates(selector), selector);
});

test("a part has its states as further names", () => {
  assert.equal(withStates("x-y::part(a):hover"), "x-y::part(a alongside-hover)");
  assert.equal(withStates("x-y:hover::part(a):focus:active"), "x-y[data-alongside-hover]::part(a alongside-focus alongside-active)");
  assert.match(exported("a, b: c"), /^a, b: c, alongside-hover, /);
  assert.equal(exported(""), "");
});

test("rules ask for what attributes say that are others here", () => {
  assert.equal(askingForSaid('a[href^="x"]:not([target])'), 'a[data-alongside-said-href^="x"]:not([data-alongside-said-target])');
  for (const selector of ['[title="[href]"]', ".\\[href\\]", "[hrefs]", "[data-href]", "[type=text]"])
    assert.equal(askingForSaid(selector), selector);
  assert.equal(takingSaid('"attr(href)" attr(href) attr(title)'), '"attr(href)" attr(data-alongside-said-href) attr(title)');
});

test("values ask for media by themselves", () => {
  const media = new VisitorMedia();
  media.set({ "prefers-color-scheme": "dark" }, 1);
  const asked = "p { color: if(media(prefers-color-scheme: dark): red; media((hover) and (width > 1px)): teal) }";
  const answered = "p { color: if(media((min-width: 0px)): red; media((min-width: 0px) and (width > 1px)): teal) }";
  assert.equal(media.answerValues(asked), answered);
  const plain = "@media(hover) { p { color: red } }";
  assert.equal(media.answerValues(plain), plain);
});

test("media queries are answered with the visitor's machine", () => {
  const media = new VisitorMedia();
  media.set({ "prefers-color-scheme": "dark", "any-pointer": "fine coarse" }, 2);
  const [yes, no] = ["(min-width: 0px)", "(min-width: 99999999px)"];
  const asked: [string, string][] = [
    ["screen and (prefers-color-scheme: dark)", `screen and ${yes}`],
    ["not (prefers-color-scheme: light)", `not ${no}`],
    ["(any-pointer: coarse)", yes],
    ["(prefers-reduced-motion)", no],
    ["(hover)", yes],
    ["(min-resolution: 1.5dppx), (max-resolution: 96dpi)", `${yes}, ${no}`],
    ["(-webkit-min-device-pixel-ratio: 2)", yes],
    ["(resolution > 2x)", no],
    ["(max-width: 600px)", "(max-width: 600px)"],
  ];
  for (const [query, answer] of asked) assert.equal(media.answer(query), answer);
});

test("who prints is no screen", () => {
  const media = new VisitorMedia();
  media.set({ type: "print" }, 1);
  assert.equal(media.answer("only screen and (min-width: 1px), print"), "only speech and (min-width: 1px), all");
});

test("rules of objects match what stands for them, with the weight of a name", () => {
  const named = ":is(object,img:where([data-alongside-object=object]),iframe:where([data-alongside-object=object]))";
  assert.equal(withStates("p > object:hover"), `p > ${named}[data-alongside-hover]`);
  for (const selector of [".object", "#embed", "object-box", '[class="object"]', "[data=object]"])
    assert.equal(withStates(selector), selector);
});
