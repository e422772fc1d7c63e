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

/** Calls `changed` whenever it may have become another. */
export function watchViewport(changed: () => void, signal: AbortSignal): void {
  const options = { passive: true, signal };
  window.addEventListener("resize", changed, options);
  window.visualViewport?.addEventListener("resize", changed, options);
  watchPixelRatio(changed, signal);
}

function watchPixelRatio(changed: () => void, signal: AbortSignal): void {
  if (signal.aborted) return;
  const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
  query.addEventListener(
    "change",
    () => {
      changed();
      watchPixelRatio(changed, signal);
    },
    { once: true, signal },
  );
}
