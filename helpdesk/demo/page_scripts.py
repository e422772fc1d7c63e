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
