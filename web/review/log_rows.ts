/** Rows of the operation log: read from the server in chunks, when somebody looks at them. */

import type { Outline } from "./outline";
import { read } from "./reading";

export type Row = [atMs: number, page: number, name: string, text: string];

const MOST_CHUNKS = 40;

export class LogRows {
  private readonly chunks = new Map<number, Row[]>();
  private readonly loading = new Map<number, Promise<Row[]>>();

  /** `url` is that of the part from 0, of size 0. */
  constructor(
    private readonly url: string,
    private readonly log: Outline["log"],
  ) {}

  get count(): number {
    return this.log.count;
  }

  /** Undefined while it is not there; `load` brings it. */
  row(at: number): Row | undefined {
    return this.chunks.get(Math.floor(at / this.log.chunk))?.[at % this.log.chunk];
  }

  /** The last row at or before `atMs`; −1 where there is none, undefined while that chunk is not there. */
  lastBefore(atMs: number): number | undefined {
    const chunk = this.chunkAt(atMs);
    if (chunk < 0) return -1;
    const rows = this.chunks.get(chunk);
    return rows && chunk * this.log.chunk + rows.findLastIndex(([at]) => at <= atMs);
  }

  /** True where something came that was not there; throws Unreadable. */
  async load(from: number, to: number): Promise<boolean> {
    const chunks = [Math.floor(from / this.log.chunk), Math.floor(to / this.log.chunk)];
    const missing = [...new Set(chunks)].filter((chunk) => this.log.chunks[chunk] && !this.chunks.has(chunk));
    await Promise.all(missing.map((chunk) => this.read(chunk)));
    return missing.length > 0;
  }

  async loadAt(atMs: number): Promise<boolean> {
    const first = this.chunkAt(atMs) * this.log.chunk;
    return first >= 0 && this.load(first, first);
  }

  private chunkAt(atMs: number): number {
    return this.log.chunks.findLastIndex(([firstMs]) => firstMs <= atMs);
  }

  private read(chunk: number): Promise<Row[]> {
    const reading = this.loading.get(chunk) ?? this.fetch(chunk).finally(() => this.loading.delete(chunk));
    this.loading.set(chunk, reading);
    return reading;
  }

  private async fetch(chunk: number): Promise<Row[]> {
    const [, start, size] = this.log.chunks[chunk]!;
    const answer = await read(this.url.replace(/0\/0\/$/, `${start}/${size}/`));
    const rows = (await answer.json()) as Row[];
    this.chunks.set(chunk, rows);
    if (this.chunks.size > MOST_CHUNKS) this.chunks.delete(this.chunks.keys().next().value!);
    return rows;
  }
}
