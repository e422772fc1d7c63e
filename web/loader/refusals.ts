/** What a refusal means for who is refused. */

import { CLOSE_CODES } from "../protocol/wire";

/** The same frame would be refused again. */
export const FRAME_REFUSED = ["bad_frame", "unknown_kind", "frame_too_large"];

/** Close codes after which coming back is of no use. */
export const FINAL: Record<number, string> = {
  [CLOSE_CODES.bad_token]: "bad_token",
  [CLOSE_CODES.bad_origin]: "bad_origin",
  [CLOSE_CODES.session_ended]: "other",
  [CLOSE_CODES.version]: "version",
  [CLOSE_CODES.replaced]: "replaced",
};
