// A stage with the interface of web/rebuild whose frames are small JSON operations: what the shell tests render.
(() => {
  const holder = document.getElementById("stage");
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.style.cssText = "border:0;position:absolute;left:0;top:0";
  holder.append(frame);
  let operations = [];
  let applied = 0;
  let state = { page: 0, kind: "html", url: "", title: "", viewport: { width: 320, height: 240, dpr: 1 } };

  const apply = (operation) => {
    if (operation.viewport) state.viewport = operation.viewport;
    if (operation.page) Object.assign(state, { page: operation.page, title: operation.title, url: operation.url });
    state.typed = operation.typed ?? null;
    frame.style.width = `${state.viewport.width}px`;
    frame.style.height = `${state.viewport.height}px`;
    const page = frame.contentDocument;
    if (operation.html !== undefined) page.documentElement.innerHTML = operation.html;
    if (operation.text !== undefined) page.getElementById(operation.id).textContent = operation.text;
    if (operation.style !== undefined) page.getElementById(operation.id).style.cssText = operation.style;
  };

  const settled = async () => {
    const images = [...frame.contentDocument.images];
    await Promise.all(images.map((image) => image.decode().catch(() => undefined)));
    await frame.contentDocument.fonts.ready;
  };

  window.alongsideStage = {
    async load(entries) {
      applied = 0;
      frame.contentDocument.documentElement.innerHTML = "";
      operations = entries.map(({ at, frame: bytes }) => {
        const text = new TextDecoder().decode(bytes.slice(20));
        return { at, ...JSON.parse(text || "{}") };
      });
      return { startMs: operations[0]?.at ?? 0, endMs: operations.at(-1)?.at ?? 0 };
    },
    async seek(atMs) {
      state.typed = null;
      while (applied < operations.length && operations[applied].at < atMs) apply(operations[applied++]);
      await settled();
      return state;
    },
    changes: (fromMs, toMs) => operations.filter((o) => !o.mark && o.at > fromMs && o.at <= toMs).map((o) => o.at),
    marks: (fromMs, toMs) =>
      operations.filter((o) => o.mark && o.at >= fromMs && o.at < toMs).map((o) => ({ at: o.at, ...o.mark })),
  };
})();
