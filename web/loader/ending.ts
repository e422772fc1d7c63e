/** A session that the visitor ended while the server could not be told, and then left the page: this document tells it. */

import { Channel } from "./channel";
import { takeEnding } from "./store";

export function tellEnding(loader: string): void {
  const ending = takeEnding();
  if (!ending) return;
  const nothing = (): void => undefined;
  const events = { welcome: nothing, back: nothing, captureCode: nothing, watchers: nothing };
  new Channel({
    ...ending,
    loader,
    endFrom: ending.next,
    hello: () => ({ capture: "", injection: "url" }),
    events: {
      ...events,
      assetWant: nothing,
      subtrees: nothing,
      resync: nothing,
      paused: nothing,
      front: nothing,
      offline: nothing,
      ended: nothing,
    },
  });
}
