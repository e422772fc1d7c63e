/**
 * Entries of the capture code: the loader calls `window.__alongsideCapture(host)` once for each document; in a frame,
 * `window.__alongsideFrame(port)` for each port to a page around it that may have what is shown there.
 */

import type { CaptureControl, CaptureHost } from "../protocol/seam";
import { Framed } from "./framed";
import { Session } from "./session";

declare global {
  interface Window {
    __alongsideCapture?: (host: CaptureHost) => CaptureControl;
    __alongsideFrame?: (port: MessagePort) => unknown;
  }
}

window.__alongsideCapture = (host: CaptureHost): CaptureControl => new Session(host);
if (window !== window.top) window.__alongsideFrame = (port: MessagePort) => new Framed(port);
