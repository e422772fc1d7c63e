/** Events of the tenant, for everybody at the desk (`/ws/desk/`). */

import { Socket } from "./socket";

/** Not signed in (any more), or no longer of the tenant: the next page that is loaded says so. */
const SIGNED_OUT = [4401, 4403];

export interface DeskHandlers {
  /** Also with kind `joined` after each connection: what happened before it has to be read again. */
  event(kind: string, payload: Record<string, unknown>): void;
  online?(isOnline: boolean): void;
}

const listeners: DeskHandlers[] = [];

/** For as long as the document is there; all of them listen to one connection. Called while its scripts run. */
export function listenToDesk(handlers: DeskHandlers): void {
  if (listeners.push(handlers) === 1) connect();
}

function connect(): void {
  const tell = (kind: string, payload: Record<string, unknown>): void =>
    listeners.forEach((listener) => listener.event(kind, payload));
  const tellOnline = (isOnline: boolean): void => listeners.forEach((listener) => listener.online?.(isOnline));
  new Socket("/ws/desk/", {
    opened: () => tellOnline(true),
    text({ type, kind, payload }) {
      if (type === "hello") tell("joined", {});
      if (typeof kind === "string") tell(kind, (payload ?? {}) as Record<string, unknown>);
    },
    lost: () => tellOnline(false),
    closed: (code) => SIGNED_OUT.includes(code),
  });
}
