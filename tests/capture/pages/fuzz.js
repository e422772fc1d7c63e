/**
 * Carries out operations on the visitor's page: [name, arguments], as tests/capture/sequences.py writes them.
 *
 * Nodes go by the number that the operation gave them that made them, so that a sequence from which operations are taken
 * away means the same. What is no longer possible then is left out. "shadow:7" is the root of node 7, "inside:7" the body
 * of the document that frame 7 shows.
 */
(() => {
  class Missing extends Error {}
  const made = new Map([[0, document.querySelector("#playground")]]);
  const SPACES = { svg: "http://www.w3.org/2000/svg", math: "http://www.w3.org/1998/Math/MathML" };
  const places = {
    body: () => document.body,
    head: () => document.head,
    html: () => document.documentElement,
    document: () => document,
    shadow: (host) => find(host).shadowRoot,
    inside: (frame) => find(frame).contentDocument?.body,
    frame: (frame) => find(frame).contentDocument,
  };
  const find = (reference) => {
    const [name, label] = String(reference).split(":");
    const found = name in places ? places[name](Number(label)) : made.get(Number(name));
    if (!found) throw new Missing(reference);
    return found;
  };
  const sheetOf = (label) => {
    const sheet = "cssRules" in find(label) ? find(label) : find(label).sheet;
    if (!sheet) throw new Missing(label);
    return sheet;
  };
  const create = (tag, parent) => {
    const own = parent.ownerDocument ?? document;
    const [space, name] = tag.includes(":") ? tag.split(":") : ["", tag];
    return space ? own.createElementNS(SPACES[space], name) : own.createElement(name);
  };
  const place = (node, parent, before) => {
    const next = before === null ? null : made.get(before);
    parent.insertBefore(node, next?.parentNode === parent ? next : null);
  };
  const tell = (element, ...events) => {
    for (const name of events) element.dispatchEvent(new Event(name, { bubbles: true, composed: true }));
  };
  const popped = () => new Promise((resolve) => addEventListener("popstate", resolve, { once: true }));
  const depth = () => history.state?.depth ?? 0;
  const unfinished = (root) =>
    [...root.querySelectorAll("*")].some((element) => {
      if (element.shadowRoot && unfinished(element.shadowRoot)) return true;
      if (element.localName !== "iframe" || !element.contentDocument) return false;
      const { contentDocument: inner } = element;
      const isBlank = inner.URL === "about:blank" && (element.hasAttribute("srcdoc") || element.hasAttribute("src"));
      return isBlank || inner.readyState !== "complete" || unfinished(inner);
    });
  const frame = () => new Promise(requestAnimationFrame);

  const operations = {
    element(label, tag, attributes, text, parent, before) {
      const element = create(tag, find(parent));
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      if (text) element.append(text);
      made.set(label, element);
      place(element, find(parent), before);
    },
    text(label, data, parent, before) {
      made.set(label, document.createTextNode(data));
      place(find(label), find(parent), before);
    },
    comment(label, data, parent, before) {
      made.set(label, document.createComment(data));
      place(find(label), find(parent), before);
    },
    fragment(parent, before, labels) {
      const fragment = document.createDocumentFragment();
      fragment.append(...labels.map(find));
      place(fragment, find(parent), before);
    },
    move: (label, parent, before) => place(find(label), find(parent), before),
    remove: (label) => find(label).remove(),
    reinsert(label) {
      const [node, next, parent] = [find(label), find(label).nextSibling, find(label).parentNode];
      node.remove();
      parent?.insertBefore(node, next);
    },
    clone(label, original, isDeep, parent, before) {
      made.set(label, find(original).cloneNode(isDeep));
      place(find(label), find(parent), before);
    },
    wrap(label, wrapper) {
      find(label).replaceWith(find(wrapper));
      find(wrapper).append(find(label));
    },
    unwrap: (label) => find(label).replaceWith(...find(label).childNodes),
    reverse: (parent) => find(parent).append(...[...find(parent).childNodes].reverse()),
    replaceChildren: (parent, labels) => find(parent).replaceChildren(...labels.map(find)),
    refill(parent) {
      const kept = [...find(parent).childNodes];
      find(parent).replaceChildren();
      find(parent).append(...kept);
    },
    html: (parent, text) => void (find(parent).innerHTML = text),
    textContent: (parent, text) => void (find(parent).textContent = text),
    data: (label, text) => void (find(label).data = text),
    split(label, at, rest) {
      if (find(label).length >= at) made.set(rest, find(label).splitText(at));
    },
    normalize: (parent) => find(parent).normalize(),
    attribute(label, name, value) {
      if (value === null) find(label).removeAttribute(name);
      else find(label).setAttribute(name, value);
    },
    property: (label, name, value) => void (find(label)[name] = value),
    style: (label, name, value) => find(label).style.setProperty(name, value),
    insertRule: (label, at, rule) => void sheetOf(label).insertRule(rule, Math.min(at, sheetOf(label).cssRules.length)),
    deleteRule: (label, at) => sheetOf(label).deleteRule(at),
    ruleStyle: (label, at, name, value) => sheetOf(label).cssRules[at]?.style?.setProperty(name, value),
    disabled: (label, isDisabled) => void (sheetOf(label).disabled = isDisabled),
    sheet(label, text, root) {
      const view = (find(root).ownerDocument ?? find(root)).defaultView;
      if (!view) throw new Missing(root);
      made.set(label, new view.CSSStyleSheet());
      find(label).replaceSync(text);
    },
    replaceSync: (label, text) => find(label).replaceSync(text),
    adopt: (root, labels) => void (find(root).adoptedStyleSheets = labels.map(find)),
    shadow: (host, options) => void find(host).attachShadow(options),
    write(label, text) {
      const { contentDocument: inner } = find(label);
      inner?.open();
      inner?.write(text);
      inner?.close();
    },
    call: (label, method) => find(label)[method](),
    scroll: (label, x, y) => find(label).scrollTo(x, y),
    scrollPage: (x, y) => scrollTo(x, y),
    type(label, text) {
      find(label).focus();
      find(label).value = text;
      tell(find(label), "input", "change");
    },
    choose(label, at) {
      find(label).selectedIndex = at;
      tell(find(label), "input", "change");
    },
    push: (path) => history.pushState({ depth: depth() + 1 }, "", path),
    replace: (path) => history.replaceState(history.state, "", path),
    async back() {
      if (!depth()) return;
      history.back();
      await popped();
    },
    hash(name) {
      const { state } = history;
      location.hash = name;
      history.replaceState({ depth: (state?.depth ?? 0) + 1 }, "");
    },
    body(label) {
      made.set(label, document.createElement("body"));
      find(label).append(find(0));
      document.body = find(label);
    },
    title: (text) => void (document.title = text),
    frame,
    /** Observers are told of all up to here, and nothing else gets its turn. */
    told: () => Promise.resolve(),
  };

  /** Resolves when all is done and every frame is loaded. */
  window.fuzz = async (sequence) => {
    for (const [name, given] of sequence) {
      try {
        const done = operations[name](...given);
        if (done instanceof Promise) await done; // else the next one comes in the same tick
      } catch (error) {
        if (!(error instanceof Missing) && error.constructor.name !== "DOMException") throw error;
      }
    }
    while (unfinished(document)) await frame();
  };
})();
