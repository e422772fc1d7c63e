/** Entry of the capture code: the loader calls `window.__alongsideCapture(host)` once for each document. */

import type { CaptureControl, CaptureHost } from "../protocol/seam";
import { Session } from "./session";

declare global {
  interface Window {
    __alongsideCapture?: (host: CaptureHost) => CaptureControl;
  }
}

window.__alongsideCapture = (host: CaptureHost): CaptureControl => new Session(host);
