/* Stands for the loader: keeps small values in session storage, numbers frames, gives bytes to the test. */
(() => {
  if (window.top !== window) {
    // As the stub does, which asks the desk first.
    const open = [];
    return window.addEventListener("message", ({ data, ports: [port] }) => {
      if (window.__alongsideFrame) open[0] = window.__alongsideFrame;
      if (port && data?.alongside === "frame" && document.querySelector("script[data-desk]"))
        open[0](port, __GIVEN__.masking);
    });
  }
  const given = __GIVEN__;
  const own = document.createElement("alongside-assist");
  const base64 = (bytes) => {
    let text = "";
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  };
  // As web/loader/outbox.ts does it.
  let before = 0;
  const timeOf = (kind) => {
    const now = Date.now();
    const since = now - before;
    before = kind === 3 && since >= 0 && since < 256 ? now - (since % 4) : now;
    return before;
  };
  const frame = (kind, page, payload, flags, seq) => {
    const bytes = new Uint8Array(20 + payload.length);
    const view = new DataView(bytes.buffer);
    view.setUint8(0, kind);
    view.setUint8(1, flags);
    view.setUint32(4, page);
    view.setUint32(8, seq);
    view.setFloat64(12, timeOf(kind));
    bytes.set(payload, 20);
    return bytes;
  };
  let leaving = false;
  window.addEventListener("pagehide", () => (leaving = true));
  const deliverKept = () => {
    leaving = false;
    for (const text of JSON.parse(host.load("kept") ?? "[]")) testFrame(text);
    host.save("kept", "[]");
  };
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    deliverKept();
    window.testCapture?.wake();
  });
  const host = {
    ...given,
    limits: {},
    load: (key) => sessionStorage.getItem("alongside:" + key),
    save: (key, value) => sessionStorage.setItem("alongside:" + key, value),
    send(kind, page, payload, flags) {
      const seq = Number(host.load("seq") ?? 0) + 1;
      host.save("seq", String(seq));
      const text = base64(frame(kind, page, payload, flags, seq));
      if (leaving) host.save("kept", JSON.stringify([...JSON.parse(host.load("kept") ?? "[]"), text]));
      else testFrame(text);
      return seq;
    },
    backlogBytes: () => 0,
    useAssetLine: () => {},
    offerAssets: (assets) => testOffer(assets.map(([sha256]) => sha256)),
    uploadAsset: (sha256, type, bytes) => testUpload(sha256, type, base64(bytes)),
    ownElement: own,
  };
  if (given.origins.length) host.handOver = { isNamed: (origin) => given.origins.some((start) => origin.startsWith(start)), ticket: () => "ticket" };
  if (window.testAsk) host.askSubtrees = (names) => testAsk(names);
  window.testHost = host;
  window.testStart = () => {
    deliverKept();
    document.body.append(own);
    window.testCapture = window.__alongsideCapture(host);
  };
  document.addEventListener("DOMContentLoaded", () => window.testCapture || window.testStart());
})();
