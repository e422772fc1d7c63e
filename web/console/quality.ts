/** How late the rebuilt page is, as this window sees it: of the last minute, and counted for the server. */

import { LATENCY_BUCKETS_MS } from "../protocol/wire";

const MINUTE_MS = 60_000;
/** As many frames as a visitor may send in a few seconds; beyond it the oldest go. */
const SAMPLES = 4000;
const NOW_SAMPLES = 20;

interface Sample {
  at: number;
  latencyMs: number;
}

export interface Latencies {
  /** Of the last few frames. */
  nowMs: number;
  /** Of the last minute; NaN when nothing came in it. */
  p50Ms: number;
  p95Ms: number;
}

export class Quality {
  private samples: Sample[] = [];
  private counts = emptyCounts();
  private newest = "";

  /** One frame is one sample: that of its first operation, which has waited longest. `at` is in ms of any clock. */
  take(frame: { tab: number; seq: number }, latencyMs: number, at: number): void {
    const name = `${frame.tab}.${frame.seq}`;
    if (name === this.newest) return;
    this.newest = name;
    this.samples.push({ at, latencyMs });
    if (this.samples.length > SAMPLES) this.samples.shift();
    const bucket = LATENCY_BUCKETS_MS.findIndex((bound) => latencyMs <= bound);
    this.counts[bucket < 0 ? LATENCY_BUCKETS_MS.length : bucket]! += 1;
  }

  latencies(now: number): Latencies | null {
    const last = this.samples.slice(-NOW_SAMPLES);
    if (!last.length) return null;
    const minute = this.samples.filter((sample) => now - sample.at <= MINUTE_MS);
    this.samples = minute.length > last.length ? minute : last;
    return { nowMs: percentile(last, 0.5), p50Ms: percentile(minute, 0.5), p95Ms: percentile(minute, 0.95) };
  }

  /** Counts by bucket since the last time they were sent; `send` says whether they went out. */
  report(send: (counts: number[]) => boolean): void {
    if (this.counts.some(Boolean) && send(this.counts)) this.counts = emptyCounts();
  }
}

/** The nearest rank. */
function percentile(samples: Sample[], share: number): number {
  const sorted = samples.map((sample) => sample.latencyMs).sort((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
}

function emptyCounts(): number[] {
  return new Array(LATENCY_BUCKETS_MS.length + 1).fill(0);
}
