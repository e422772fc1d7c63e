// Each side records the same page in the same way; what it would send is only counted.
(() => {
  let [sent, blocked, seenAt] = [0, 0, 0];
  const count = (size) => { sent += size; };
  const host = () => ({
    tab: 1, masking: { allow: ["*"] }, mappings: {}, limits: {}, ownElement: document.createElement("i"),
    load: () => null, save: () => {}, backlogBytes: () => 0,
    send: (kind, page, payload) => { count(payload.length); return ++seenAt; },
    offerAssets: async () => [], uploadAsset: async () => true, useAssetLine: () => {},
  });
  const starts = {
    alone: () => count(1),
    ours: () => window.__alongsideCapture(host()),
    rrweb: () => rrweb.record({ emit: (event) => count(JSON.stringify(event).length), recordAfter: "DOMContentLoaded" }),
  };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) blocked += Math.max(0, duration - 50);
  }).observe({ type: "longtask", buffered: true });
  window.benchBegin = (who) => starts[who]();
  window.benchSeen = () => ({ sent, blocked });
  // Every second row is replaced and the others change a text and a class: what an application does when it reloads.
  window.benchChange = () => {
    for (const [index, row] of [...document.querySelectorAll("#rows > tr")].entries()) {
      if (index % 2) row.replaceWith(row.cloneNode(true));
      else { row.className = "changed"; row.cells[0].textContent = "changed " + index; }
    }
  };
})();
