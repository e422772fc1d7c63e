// The tracker as its documentation starts it; what it sends goes to a sink on the page's own origin.
import Tracker from "@openreplay/tracker";

document.addEventListener("DOMContentLoaded", () => {
  const ingestPoint = `${location.origin}/openreplay`;
  new Tracker({ projectKey: "bench", ingestPoint, __DISABLE_SECURE_MODE: true }).start();
});
