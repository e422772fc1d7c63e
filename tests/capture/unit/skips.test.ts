import assert from "node:assert/strict";
import test from "node:test";
import { VideoTime } from "../../../web/review/skips";
import vectors from "../../vectors/skips/vectors.json";

test("times of session and video are as the vectors say", () => {
  for (const { skips, times } of vectors) {
    const time = new VideoTime(skips);
    for (const [session, video] of times as [number, number][]) {
      assert.ok(Math.abs(time.ofVideo(session) - video) < 1e-6, `${session} is at ${time.ofVideo(session)}`);
      assert.ok(Math.abs(time.ofSession(video) - session) < 1e-6, `${video} shows ${time.ofSession(video)}`);
    }
  }
});
