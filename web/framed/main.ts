/**
 * Entry of the capture code for frames: `window.__alongsideFrame(port, masking)` for each port to a page around it that
 * may have what is shown there, under these rules of the tenant.
 */

import { Framed } from "./framed";

window.__alongsideFrame = (port, masking) => new Framed(port, masking);
