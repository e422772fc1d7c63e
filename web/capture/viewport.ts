/** The visitor's display resolution, and a call for every change of it. */

import type { Viewport } from "../protocol/seam";

export function readViewport(): Viewport {
  return {
    width: window.innerWidth,
    height: window.innerHeight,
    dpr: window.devicePixelRatio,
    screen_width: screen.width,
    screen_height: screen.height,
    zoom: Math.round((window.visualViewport?.scale ?? 1) * 1000) / 1000,
  };
}

/** Calls `changed` once for each different viewport; returns the way to stop. */
export function watchViewport(changed: () => void): () => void {
  const closing = new AbortController();
  let last = JSON.stringify(readViewport());
  const look = (): void => {
    const now = JSON.stringify(readViewport());
    if (now === last) return;
    last = now;
    changed();
  };
  const options = { passive: true, signal: closing.signal };
  window.addEventListener("resize", look, options);
  window.visualViewport?.addEventListener("resize", look, options);
  watchPixelRatio(look, closing.signal);
  return () => closing.abort();
}

function watchPixelRatio(look: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  query.addEventListener(
    "change",
    () => {
      look();
      watchPixelRatio(look, signal);
    },
    { once: true, signal },
  );
}
