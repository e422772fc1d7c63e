/** The video's time and the session's: what is idle may take less of the video (recordings/video/idle.py). */

export interface Skip {
  starts_ms: number;
  ends_ms: number;
  /** Of the video, evenly. */
  kept_ms: number;
}

export class VideoTime {
  constructor(private readonly skips: Skip[]) {}

  /** When the video shows what was at `sessionMs`. */
  ofVideo(sessionMs: number): number {
    let saved = 0;
    for (const { starts_ms, ends_ms, kept_ms } of this.skips) {
      if (sessionMs < starts_ms) break;
      const share = Math.min(1, (sessionMs - starts_ms) / (ends_ms - starts_ms));
      saved += share * (ends_ms - starts_ms - kept_ms);
    }
    return sessionMs - saved;
  }

  /** What the video shows at `videoMs`. */
  ofSession(videoMs: number): number {
    let saved = 0;
    for (const { starts_ms, ends_ms, kept_ms } of this.skips) {
      if (videoMs < starts_ms - saved) break;
      const share = Math.min(1, (videoMs - starts_ms + saved) / kept_ms);
      if (share < 1) return starts_ms + share * (ends_ms - starts_ms);
      saved += ends_ms - starts_ms - kept_ms;
    }
    return videoMs + saved;
  }
}
