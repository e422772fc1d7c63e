import assert from "node:assert/strict";
import { test } from "node:test";
import { Resyncs } from "../../../web/console/resyncs";

/** A clock that the test turns. */
class Clock {
  private at = 0;
  private due: { at: number; call: () => void }[] = [];

  now = (): number => this.at;

  after = (ms: number, call: () => void): void => {
    this.due.push({ at: this.at + ms, call });
  };

  turn(ms: number): void {
    this.at += ms;
    const [now, later] = [this.due.filter(({ at }) => at <= this.at), this.due.filter(({ at }) => at > this.at)];
    this.due = later;
    for (const { call } of now) call();
  }
}

test("faults that come before a snapshot may be asked for again are one wish, and other pages do not wait for it", () => {
  const clock = new Clock();
  const asked: [number, string][] = [];
  const resyncs = new Resyncs((page, detail) => asked.push([page, detail]), clock);
  for (const detail of ["first", "second", "third", "fourth"]) resyncs.want(1, detail);
  resyncs.want(2, "other");
  assert.deepEqual(asked, [
    [1, "first"],
    [2, "other"],
  ]);
  clock.turn(4999);
  assert.equal(asked.length, 2);
  clock.turn(1);
  assert.deepEqual(asked.slice(2), [[1, "second"]]);
  resyncs.answered(1);
  for (let second = 0; second < 60; second++) clock.turn(1000);
  assert.equal(asked.length, 3);
  resyncs.want(1, "later");
  assert.deepEqual(asked.slice(3), [[1, "later"]]);
});

test("what nobody answers is asked again, three times, until a page of the tab comes whole", () => {
  const clock = new Clock();
  const asked: number[] = [];
  const resyncs = new Resyncs((page) => asked.push(page), clock);
  const [first, second, other] = [0x10001, 0x10002, 0x20001];
  resyncs.want(first, "lost");
  resyncs.want(other, "never answered");
  clock.turn(9999);
  assert.deepEqual(asked, [first, other]);
  clock.turn(1);
  assert.deepEqual(asked.splice(0), [first, other, first, other]);
  resyncs.answered(second);
  for (let tens = 0; tens < 6; tens++) clock.turn(10_000);
  assert.deepEqual(asked, [other, other]);
});
