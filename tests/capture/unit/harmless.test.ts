import assert from "node:assert/strict";
import { test } from "node:test";
import { isHarmless } from "../../../web/rebuild/harmless";

test("no field stands in for what is asked of its form", () => {
  for (const name of ["part", "animate", "getAnimations", "hidePopover", "showPopover", "matches"])
    assert.equal(isHarmless("input", "name", name), false, name);
  assert.equal(isHarmless("input", "name", "town"), true);
});

test("a script stays text whatever it is said to be", () => {
  assert.equal(isHarmless("script", "type", "speculationrules"), false);
  assert.equal(isHarmless("input", "type", "checkbox"), true);
});
