import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutSecrets } from "../../../web/loader/link";
import { isSecretName } from "../../../web/protocol/secrets";

test("names that say that their value is a secret", () => {
  const secret = "password user_password userPin pin pin_code cvc ccv card cardNumber access_token token pwd api-key otp sid";
  for (const name of secret.split(" ")) assert.ok(isSecretName(name), name);
  for (const name of "page q next spin discard author inside topic option".split(" ")) assert.ok(!isSecretName(name), name);
});

test("secrets are taken out of the address of a request, and nothing else", () => {
  const cases = [
    ["https://a.example/x?page=2&q=a%2Fb#part", "https://a.example/x?page=2&q=a%2Fb#part"],
    ["https://a.example/x?page=2&token=a/b?c=d&y=1", "https://a.example/x?page=2&token=&y=1"],
    ["https://a.example/x#/y?pwd=1&y=1", "https://a.example/x#/y?pwd=&y=1"],
    ["https://a.example/x#access_token=1", "https://a.example/x#access_token="],
    ["https://a.example/x?n=4111+1111+1111+1111", "https://a.example/x?n="],
    ["https://a.example/x?next=%2Fy%3Fsecret%3D1", "https://a.example/x?next="],
    ["https://a.example/x;jwt=1/y", "https://a.example/x;jwt="],
  ];
  for (const [given, expected] of cases) assert.equal(withoutSecrets(given!), expected);
});
