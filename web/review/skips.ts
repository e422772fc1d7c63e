/** Session time and video time: they differ where the video leaves out what was idle, and only there. */

/** The stretch from `startsMs` to `endsMs` of the session takes `shownMs` of the video. */
export interface Skip {
  startsMs: number;
  endsMs: number;
  shownMs: number;
}

/** In rising order, without overlaps. */
export type Skips = readonly Skip[];

export function toVideo(sessionMs: number, skips: Skips): number {
  let left = 0;
  for (const { startsMs, endsMs, shownMs } of skips) {
    if (sessionMs <= startsMs) break;
    const [took, whole] = [Math.min(sessionMs, endsMs) - startsMs, endsMs - startsMs];
    left += took * (1 - shownMs / whole);
  }
  return sessionMs - left;
}

export function toSession(videoMs: number, skips: Skips): number {
  let left = 0;
  for (const { startsMs, endsMs, shownMs } of skips) {
    const begins = startsMs - left;
    if (videoMs <= begins) break;
    if (videoMs < begins + shownMs) return startsMs + ((videoMs - begins) * (endsMs - startsMs)) / shownMs;
    left += endsMs - startsMs - shownMs;
  }
  return videoMs + left;
}
