"""Scripts that the demo evaluates in the visitor's page and in the rebuilt page, to compare the two."""

# Elements and texts in document order, without what is deliberately not rebuilt (scripts, our own element, the head).
STRUCTURE = """
(body) => {
  const skipped = new Set(["SCRIPT", "NOSCRIPT", "STYLE", "LINK", "TEMPLATE", "ALONGSIDE-ASSIST", "IFRAME"]);
  const out = [];
  const walk = (node) => {
    if (node.nodeType === 3) {
      const text = node.data.replace(/\\s+/g, " ").trim();
      if (text) out.push(text);
    } else if (node.nodeType === 1 && !skipped.has(node.tagName.toUpperCase())) {
      const tag = node.tagName.toLowerCase();
      out.push("<" + (tag === "canvas" || tag === "img" ? "picture" : tag) + ">");
      for (const child of node.childNodes) walk(child);
    }
  };
  walk(body);
  return out;
}
"""

# Boxes (x, y, width, height in CSS pixels) of fields whose content is hidden from the agent.
MASKED_BOXES = """
(allowed) => [...document.querySelectorAll("input, textarea, select")]
  .filter((field) => field.value && !(allowed && field.matches(allowed)))
  .map((field) => field.getBoundingClientRect())
  .filter((box) => box.width && box.height)
  .map((box) => [Math.floor(box.x), Math.floor(box.y), Math.ceil(box.width) + 1, Math.ceil(box.height) + 1])
"""

# What a page still waits for before its picture is as it will be, [] when it is; animations without an end go on.
UNSETTLED = """
(document) => {
  const waits = [];
  if (document.readyState !== "complete") waits.push(document.readyState);
  if (document.fonts.status !== "loaded") waits.push("fonts");
  for (const image of document.images)
    if (image.getAttribute("src") && !image.complete) waits.push(image.currentSrc || image.src);
  for (const link of document.querySelectorAll("link[rel~=stylesheet][href]"))
    if (!link.disabled && !link.sheet) waits.push(link.href);
  for (const animation of document.getAnimations())
    if (animation.playState === "running" && animation.effect?.getComputedTiming().endTime !== Infinity)
      waits.push(animation.transitionProperty ?? animation.animationName ?? "animation");
  return waits;
}
"""

LOADED_FONTS = """
(document) => [...document.fonts].filter((face) => face.status === "loaded")
  .map((face) => [face.family, face.weight, face.style, face.unicodeRange].join(" "))
"""

# The same of the rebuilt page, in the stage: `mark` is the newest that the visitor's page has set, `fonts` are its own.
UNSETTLED_STAGE = f"""
([mark, fonts]) => {{
  const frame = [...document.querySelectorAll("[data-testid=assist-page]")].find((f) => f.getClientRects().length);
  if (!frame) return ["page"];
  const waits = ({UNSETTLED})(frame.contentDocument);
  const loaded = ({LOADED_FONTS})(frame.contentDocument);
  waits.push(...fonts.filter((face) => !loaded.includes(face)));
  if (frame.contentDocument.documentElement.getAttribute("data-demo-mark") !== mark) waits.push("changes");
  if (frame.dataset.waits !== "0") waits.push(`${{frame.dataset.waits}} assets`);
  return waits;
}}
"""

# In the stage: note when a mark appears in the rebuilt page. Times in ms since 1970.
WATCH_MARKS = """
(frame) => {
  const doc = frame.contentDocument;
  const seen = (window.__marks ??= {});
  const note = () => {
    const mark = doc.documentElement.getAttribute("data-demo-mark");
    if (mark && !(mark in seen)) seen[mark] = performance.timeOrigin + performance.now();
  };
  new MutationObserver(note).observe(doc.documentElement, { attributes: true });
  note();
}
"""

SET_MARK = """
(mark) => {
  document.documentElement.setAttribute("data-demo-mark", mark);
  return performance.timeOrigin + performance.now();
}
"""

# Resolves when whatever waits for the next flush has had its turn: two frames, and a timer of this many ms.
AFTER_FLUSHES = """
(ms) => new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, ms))))
"""
