import assert from "node:assert/strict";
import { test } from "node:test";
import { fits } from "../../../web/loader/origins";

test("an origin fits a pattern as it does at the server", () => {
  const cases: [string, string, boolean][] = [
    ["https://shop.example.com", "https://*.example.com", true],
    ["https://a.b.example.com", "https://*.example.com", true],
    ["https://example.com", "https://*.example.com", false],
    ["https://shop.example.com.evil.test", "https://*.example.com", false],
    ["https://shopxexample.com", "https://shop.example.com", false],
    ["http://shop.example.com", "https://shop.example.com", false],
    ["http://localhost:8080", "http://localhost:*", true],
    ["http://localhost", "http://localhost:*", true],
    ["http://shop.localhost:81", "http://*.localhost:*", true],
    ["http://localhost:8080", "http://localhost:80", false],
  ];
  for (const [origin, pattern, expected] of cases) assert.equal(fits(origin, pattern), expected, `${origin} ${pattern}`);
});
