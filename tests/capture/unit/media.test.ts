import assert from "node:assert/strict";
import { test } from "node:test";
import { VisitorMedia } from "../../../web/rebuild/media";

test("resolutions are answered with the visitor's", () => {
  const media = new VisitorMedia();
  media.set({}, 2);
  assert.equal(media.answer("(min-resolution: 192dpi )"), "(min-width: 0px)");
  assert.equal(media.answer("(min-resolution:3x)"), "(min-width: 99999999px)");
});

/** What takes more than linear time does not end here within the patience of anybody. */
test("a query that is never closed is read in linear time", () => {
  const many = (text: string): string => text.repeat(1_000_000 / text.length);
  for (const lead of ["(resolution:1", "(hover", "(", ","]) new VisitorMedia().answer(lead + many(" "));
  for (const text of ["(resolution:1", "(hover:", "not ", ", "]) new VisitorMedia().answer(many(text));
});
