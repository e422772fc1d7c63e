/**
 * What a page shows, as a list of [path, facts] in document order. Run at the visitor and in the rebuilt page it gives the
 * same, or the rebuilt page is wrong: what both sides agree to show otherwise is put here into what the agent sees.
 */
({ isAgent, allow, names }) => {
  const OWN = "data-alongside-";
  const STATES = ["focus", "focus-visible", "focus-within"];
  const REWRITTEN = new RegExp(`\\[${OWN}(hover|active|invalid|user-valid|user-invalid|out-of-range|autofill|target|fullscreen|${STATES.join("|")})\\]`, "g");
  /** Of two states the one is told by the other. */
  const OTHERWISE = [
    [`:where(:valid, :invalid):not([${OWN}invalid])`, ":valid"],
    [`:where(:in-range, :out-of-range):not([${OWN}out-of-range])`, ":in-range"],
    [`:where(:placeholder-shown):not([${OWN}filled])`, ":placeholder-shown"],
    [`:not([${OWN}undefined])`, ":defined"],
  ];
  const asWritten = (text) => OTHERWISE.reduce((all, [ours, theirs]) => all.replaceAll(ours, theirs), text).replace(REWRITTEN, ":$1");
  /** Their content and attributes stay with the visitor. */
  const EMPTY = new Set(["script", "noscript", "template", "object", "embed"]);
  const HEAD_ONLY = new Set(["script", "meta", "link", "base"]);
  /** What would act, lead somewhere, or load by itself. */
  const LEFT_OUT =
    /^(on(?!($|e$|ce$|ly$|line$|[a-z]*-)).*|action|formaction|target|ping|srcdoc|autofocus|nonce|integrity|http-equiv|crossorigin|form|data|sandbox|allow|is|loading|autoplay|background|usemap|cite|download)$/;
  const LOADS = new Set(["src", "poster", "href", "xlink:href"]);
  const TEXT_FIELD = /^(text|search|url|tel|email|password|number|date|month|week|time|datetime-local|color|range|textarea)$/;
  /** A canvas is shown as a picture in it. */
  const PICTURE = /\s*content: url[^;]*!important;/;
  const half = (number) => Math.round(number * 2) / 2;
  const bullets = (text) => text.replace(/\S/gu, "•");

  const isWithin = (element, selector) => {
    for (let at = element; at && selector; at = at.getRootNode().host) if (at.closest(selector)) return true;
    return false;
  };
  const isSecret = (field) => field.type === "password";
  const hides = (field) => isSecret(field) || !isWithin(field, allow);
  const isMasked = (field) => !isAgent && hides(field);
  const shown = (field, text) => (isMasked(field) ? (isSecret(field) ? "•".repeat(text.length) : bullets(text)) : text);

  const asset = (url) => (/\/assets\/[0-9a-f]{64}/.test(url) ? url.replace(/.*\/assets\//, "asset:") : url);
  const css = (text) =>
    asWritten(text).replace(/url\("([^"]*)"\)/g, (_, url) => `url("${asset(names[url] ?? url)}")`);
  const address = (element, name, value) => {
    if (/^(a|area)$/.test(element.localName)) return "#";
    if (value.startsWith("#")) return value;
    const url = new URL(value, element.baseURI).href;
    return asset(names[url] ?? url);
  };

  const STANDS_IN = /^data:image\/(png,$|svg\+xml,%3Csvg)/;
  const isUnread = (element, value) =>
    element.localName !== "a" && (names[new URL(value, element.baseURI).href] === "" || (isAgent && STANDS_IN.test(value)));

  const attribute = (element, name, value) => {
    if (name === "style") return css(element.style.cssText.replace(PICTURE, ""));
    if (LOADS.has(name)) return address(element, name, value);
    if (name === "popover") return "manual"; // one side says which are open
    return name === "value" && element.localName === "input" ? shown(element, value) : value;
  };
  const attributes = (element) => {
    if (HEAD_ONLY.has(element.localName)) return [];
    const kept = [...element.attributes].filter(({ name }) => !LEFT_OUT.test(name) && !name.startsWith(OWN));
    const isFrame = element.localName === "iframe";
    return kept
      .filter(({ name, value }) => !(isFrame && name === "src") && !(LOADS.has(name) && isUnread(element, value)))
      .map(({ name, value }) => [`attribute ${name}`, attribute(element, name, value)])
      .filter(([name, value]) => value || name !== "attribute style") // a picture's is all that a canvas may have
      .sort(([a], [b]) => (a < b ? -1 : 1));
  };

  const rules = (sheet) => (sheet.disabled ? [] : [...sheet.cssRules].map((rule) => css(rule.cssText)));
  const adopted = (root) => {
    const sheets = [...root.adoptedStyleSheets].slice(isAgent ? 1 : 0);
    return sheets.length ? [["adopted style sheets", sheets.map(rules)]] : [];
  };
  const styles = (element) => {
    const { sheet } = element.localName === "style" ? element : {};
    return sheet ? [["rules", rules(sheet)]] : [];
  };

  const fields = (element) => {
    if (element.localName === "select") {
      const chosen = [...element.selectedOptions].map((option) => option.index).join();
      return [["selected options", isMasked(element) && chosen !== "0" ? "" : chosen]];
    }
    if (!/^(input|textarea)$/.test(element.localName)) return [];
    if (TEXT_FIELD.test(element.type)) return [["value", shown(element, element.value)]];
    const isNeither = element.type === "checkbox" && element.indeterminate;
    return [["checked", isNeither ? "neither" : element.checked]];
  };

  /** Bullets are not as wide as what they stand for. */
  const scrollsAlone = (element) => /^(input|textarea)$/.test(element.localName) && hides(element);
  const scroll = ({ scrollLeft, scrollTop }) =>
    scrollLeft || scrollTop ? [["scroll position", [Math.round(scrollLeft), Math.round(scrollTop)]]] : [];
  const box = (element) => {
    if (!element.checkVisibility() || !element.getClientRects().length) return [];
    const { x, y, width, height } = element.getBoundingClientRect();
    return [["box", [x, y, width, height].map(half)]];
  };
  const focus = (element) => {
    const has = (state) => (isAgent ? element.hasAttribute(OWN + state) : element.matches(`:${state}`));
    const states = STATES.filter(has);
    return states.length ? [["focus", states.join(" ")]] : [];
  };
  const topLayer = (element) => [":modal", ":popover-open"].filter((state) => element.matches(state)).map((state) => ["top layer", state]);

  const facts = (element) => [
    ...attributes(element),
    ...styles(element),
    ...fields(element),
    ...topLayer(element),
    ...focus(element),
    ...(element === element.ownerDocument.scrollingElement || scrollsAlone(element) ? [] : scroll(element)),
    ...box(element),
  ];

  const found = [];
  const walkElement = (element, path) => {
    const { localName, namespaceURI } = element;
    found.push([path, [["node", `${localName} of ${namespaceURI}`], ...facts(element)]]);
    if (EMPTY.has(localName)) return;
    if (element.shadowRoot) walkRoot(element.shadowRoot, `${path}/#shadow`);
    if (localName === "iframe") return element.contentDocument && walkRoot(element.contentDocument, `${path}/#document`);
    walkAll(element, path);
  };
  const walkRoot = (root, path) => {
    const isDocument = root.nodeType === 9;
    const own = isDocument ? [["mode", root.compatMode], ...(root.scrollingElement ? scroll(root.scrollingElement) : [])] : [];
    found.push([path, [["node", isDocument ? "document" : "shadow root"], ...own, ...adopted(root)]]);
    walkAll(root, path);
  };
  const text = (node) => {
    const { parentElement: parent } = node;
    if (parent?.localName === "style") return "style text";
    return parent && /^(textarea|output)$/.test(parent.localName) ? shown(parent, node.data) : node.data;
  };
  const walk = (node, path) => {
    if (node.nodeType === 1) walkElement(node, path);
    else if (node.nodeType === 3 || node.nodeType === 4) found.push([path, [["node", "text"], ["text", text(node)]]]);
    else if (node.nodeType === 8) found.push([path, [["node", "comment"]]]);
  };
  const walkAll = (parent, path) => {
    const kept = [...parent.childNodes].filter((node) => node.localName !== "alongside-assist");
    kept.forEach((node, at) => walk(node, `${path}/${node.nodeName.toLowerCase()}[${at}]`));
  };
  walkRoot(document, "");
  return found;
};
