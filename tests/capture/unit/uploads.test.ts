import assert from "node:assert/strict";
import { test } from "node:test";
import { AssetUploads, type Offered } from "../../../web/loader/assets";
import type { Channel } from "../../../web/loader/channel";
import type { AssetLine, AssetLineOptions } from "../../../web/protocol/asset_line";

const SHA = "0".repeat(64);

class Server {
  readonly said: { assets?: unknown[] }[] = [];
  readonly sent: string[] = [];
  readonly uploads: AssetUploads;

  constructor() {
    const channel = { say: (message: object) => Boolean(this.said.push(message)), opened: async () => undefined };
    this.uploads = new AssetUploads(channel as unknown as Channel, "", "");
    const send = async (head: { content_type: string }): Promise<string> => {
      this.sent.push(head.content_type);
      return "";
    };
    this.uploads.useLine((_: AssetLineOptions) => ({ send, close: () => undefined }) as unknown as AssetLine);
  }
}

test("a size that the server takes for no message is not offered, whoever says it", async () => {
  const server = new Server();
  const sizes = [0.5, 1e300, Number.NaN, 7];
  const wanted = server.uploads.offer(sizes.map((size): Offered => [SHA, size, "image/png"]));
  assert.deepEqual(
    server.said.map(({ assets }) => assets),
    [[["A".repeat(43), 7]]],
  );
  server.uploads.wanted([SHA]);
  assert.deepEqual(await wanted, [SHA]);
});

test("an upload that the server takes for no message does not go to the line", async () => {
  const server = new Server();
  const bytes = Uint8Array.of(1);
  for (const type of ["\ud800", "x".repeat(100_000)]) assert.equal(await server.uploads.upload(SHA, type, bytes), false);
  for (const size of [0, 8 * 1024 * 1024 + 1])
    assert.equal(await server.uploads.upload(SHA, "image/png", new Uint8Array(size)), false);
  assert.equal(await server.uploads.upload(SHA, "image/png", bytes), true);
  assert.deepEqual(server.sent, ["image/png"]);
});
