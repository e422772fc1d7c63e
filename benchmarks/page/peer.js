// Both sides get the same page in the same state; each function resolves with the longest stretch of work in ms.
(() => {
  const seen = [];
  const send = (text) => seen.push(text.length);
  const host = {
    tab: 1, masking: { allow: ["*"] }, mappings: {}, limits: {}, ownElement: document.createElement("i"),
    load: () => null, save: () => {}, backlogBytes: () => 0,
    send: (kind, page, payload) => { seen.push(payload.length); return seen.length; },
    offerAssets: async () => [], uploadAsset: async () => true, useAssetLine: () => {},
  };
  const starts = {
    ours: () => window.__alongsideCapture(host),
    alone: () => seen.push(1),
    rrweb: () => rrweb.record({ emit: (event) => send(JSON.stringify(event)), recordAfter: "DOMContentLoaded" }),
  };
  const longest = (during) => new Promise((done) => {
    let worst = 0;
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) worst = Math.max(worst, entry.duration);
    });
    observer.observe({ entryTypes: ["longtask"] });
    setTimeout(() => {
      const began = performance.now();
      during();
      worst = Math.max(worst, performance.now() - began);
      setTimeout(() => { observer.disconnect(); done(worst); }, 4000);
    }, 50);
  });
  window.benchStart = (who) => longest(starts[who]);
  // Every second row is replaced and the others change a text and a class: what an application does when it reloads.
  window.benchChange = () => longest(() => {
    const rows = [...document.querySelectorAll("#rows > tr")];
    for (const [index, row] of rows.entries()) {
      if (index % 2) row.replaceWith(row.cloneNode(true));
      else { row.className = "changed"; row.cells[0].textContent = "changed " + index; }
    }
  });
  window.benchBytes = () => seen.reduce((sum, size) => sum + size, 0);
})();
