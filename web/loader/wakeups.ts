/** When the browser says that the network may have changed, or that the document is looked at again. */

/** Where the browser tells of a change of the network. */
const { connection: network } = navigator as { connection?: EventTarget };

export function onWakeup(noticed: (what: string) => void, signal: AbortSignal): void {
  const wake = (event: Event): void => noticed(event.type);
  for (const change of ["online", "offline"]) window.addEventListener(change, wake, { signal });
  document.addEventListener("visibilitychange", wake, { signal });
  network?.addEventListener("change", wake, { signal });
}
