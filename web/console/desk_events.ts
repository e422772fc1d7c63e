/** Events of the tenant, for everybody at the desk (`/ws/desk/`). */

import { Socket } from "./socket";

/** Not signed in (any more), or no longer of the tenant: the next page that is loaded says so. */
const SIGNED_OUT = [4401, 4403];

export interface DeskHandlers {
  /** Also with kind `joined` after each connection: what happened before it has to be read again. */
  event(kind: string, payload: Record<string, unknown>): void;
  online?(isOnline: boolean): void;
}

export function listenToDesk(handlers: DeskHandlers): Socket {
  return new Socket("/ws/desk/", {
    opened() {
      handlers.online?.(true);
    },
    text(message) {
      const { type, kind, payload } = message;
      if (type === "hello") handlers.event("joined", {});
      if (typeof kind === "string") handlers.event(kind, (payload ?? {}) as Record<string, unknown>);
    },
    lost() {
      handlers.online?.(false);
    },
    closed: (code) => SIGNED_OUT.includes(code),
  });
}
