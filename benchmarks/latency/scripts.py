"""Scripts that the benchmark evaluates in the visitor's page and in the stage. Times in ms since 1970, by one clock."""

# The visitor's page: change n is one attribute, and one cell of a strip of squares that turns from white to black or
# back. The squares are n in Gray code, between a black one and a white one that say where they are, so that any picture
# of the page tells which change it shows.
STRIP = """
(first = 0) => {
  const strip = document.createElement("div");
  strip.style.cssText = "position:fixed;left:0;top:0;z-index:2147483647;display:flex";
  for (let at = 0; at < 14; at++) {
    const cell = document.createElement("i");
    cell.style.cssText = `width:16px;height:16px;background:${at ? "#fff" : "#000"}`;
    strip.append(cell);
  }
  document.body.append(strip);
  window.__changes ??= Array(first).fill(0);
  const show = (bit, now) => (strip.children[bit + 1].style.background = now & (1 << bit) ? "#000" : "#fff");
  for (let bit = 0; bit < 12; bit++) show(bit, first ^ (first >> 1));
  window.__change = () => {
    const n = window.__changes.length + 1;
    const [before, now] = [(n - 1) ^ ((n - 1) >> 1), n ^ (n >> 1)];
    const bit = Math.log2(before ^ now);
    show(bit, now);
    document.documentElement.dataset.change = n;
    window.__changes.push(Date.now());
  };
}
"""

# Changes at random moments; answers when each was made.
CHANGES = """
async ([count, least, most]) => {
  const first = window.__changes.length;
  for (let n = 0; n < count; n++) {
    await new Promise((resolve) => setTimeout(resolve, least + Math.random() * (most - least)));
    window.__change();
  }
  return window.__changes.slice(first);
}
"""

# Work of the page itself beside the changes: a clock, a list that grows and is cut, a bar that moves.
LIVELY = """
() => {
  const box = document.createElement("ul");
  box.style.cssText = "position:fixed;right:0;bottom:0;width:200px;background:#eee;z-index:2147483646";
  document.body.append(box);
  let n = 0;
  window.__lively = setInterval(() => {
    const item = document.createElement("li");
    item.textContent = `event ${++n} at ${new Date().toISOString()}`;
    box.append(item);
    if (box.childElementCount > 12) box.firstElementChild.remove();
    box.style.borderLeft = `${n % 9}px solid #36c`;
  }, 130);
}
"""

# The stage: a change counts as painted in the task after the animation frame that follows it in the DOM.
WATCH = """
(frame) => {
  const doc = frame.contentDocument;
  const seen = (window.__seen = {});
  const note = () => {
    const change = doc.documentElement?.dataset.change;
    if (!change || change in seen) return;
    const times = (seen[change] = { dom: Date.now(), painted: 0 });
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => (times.painted = Date.now());
      port2.postMessage(0);
    });
  };
  window.__watch?.disconnect();
  window.__watch = new MutationObserver(note);
  window.__watch.observe(doc, { attributes: true, childList: true, subtree: true, attributeFilter: ["data-change"] });
  note();
}
"""

SEEN = "window.__seen"

# The stage: when the page with this title has been painted.
TITLED = """
async ([frame, title]) => {
  while (frame.contentDocument?.title !== title) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return Date.now();
}
"""

# Every document of a browser: when which frame left or came, as [at, seq, kind].
WIRE = """
(() => {
  const [sent, heard] = [[], []];
  const head = (data) => {
    const view = ArrayBuffer.isView(data) ? new DataView(data.buffer, data.byteOffset) : new DataView(data);
    return [Date.now(), view.getUint32(8), view.getUint8(0)];
  };
  const { send } = WebSocket.prototype;
  const last = new WeakMap(); // of a socket's frames; one with a short head has the next seq
  WebSocket.prototype.send = function (data) {
    if (typeof data !== "string" && !this.url.includes("/ws/assist/assets/")) {
      const now = data[0] < 128 ? head(data) : [Date.now(), last.get(this) + 1, 3];
      last.set(this, now[1]);
      sent.push(now);
    }
    return send.call(this, data);
  };
  const Plain = WebSocket;
  window.WebSocket = class extends Plain {
    constructor(...given) {
      super(...given);
      this.addEventListener("open", () => (window.__opened ??= Date.now()));
      this.addEventListener("message", ({ data }) => data instanceof ArrayBuffer && heard.push(head(data)));
    }
  };
  window.__wire = { sent, heard };
})()
"""

WIRED = "window.__wire"
