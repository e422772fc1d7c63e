/**
 * Entry of the capture code for frames: `window.__alongsideFrame(port)` for each port to a page around it that may have
 * what is shown there.
 */

import { Framed } from "./framed";

window.__alongsideFrame = (port: MessagePort) => new Framed(port);
