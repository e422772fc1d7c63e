/* Changes a page at random, by a seed: what frameworks do, and what nobody should. */
window.fuzz = (seed, steps) => {
  let state = seed;
  const random = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const root = document.querySelector("#playground");
  const all = () => [root, ...root.querySelectorAll(":not(iframe, style)")];
  const pick = () => all()[random(all().length)];
  const pickInner = () => all()[1 + random(all().length - 1)] ?? null;
  const make = () => {
    const tag = ["div", "p", "span", "ul", "li", "b", "section", "svg"][random(8)];
    const element = tag === "svg" ? document.createElementNS("http://www.w3.org/2000/svg", "svg") : document.createElement(tag);
    element.setAttribute("class", `c${random(5)}`);
    if (random(2)) element.append(`text ${random(100)}`);
    for (let i = random(3); i > 0; i--) element.append(random(2) ? make() : `tail ${random(100)}`);
    return element;
  };
  const acts = [
    () => pick().append(make()),
    () => pick().prepend(make()),
    () => pickInner()?.remove(),
    () => { const [a, b] = [pickInner(), pick()]; if (a && !a.contains(b)) b.append(a); },
    () => { const a = pickInner(); if (a) { const wrap = make(); a.replaceWith(wrap); wrap.append(a); } },
    () => { const a = pickInner(); a?.replaceWith(...a.childNodes); },
    () => { const a = pick(); a.append(...[...a.childNodes].sort(() => random(3) - 1)); },
    () => { const a = pick(); a.append(...[...a.childNodes].reverse()); },
    () => { pick().innerHTML = `<i>inner ${random(100)}</i><b class=x>more</b>`; },
    () => pick().setAttribute(`data-${random(3)}`, String(random(100))),
    () => pick().removeAttribute(`data-${random(3)}`),
    () => { const text = pick().firstChild; if (text?.nodeType === 3) text.data = `changed ${random(100)}`; },
    () => { const text = pick().firstChild; if (text?.nodeType === 3 && text.length > 3) text.splitText(2); },
    () => pick().normalize(),
    () => { const a = pick(); if (a.localName === "div" && !a.shadowRoot) a.attachShadow({ mode: "open" }).append(make()); },
    () => { const a = pick(); a.shadowRoot?.append(make()); },
    () => { const a = pickInner(); if (a) { a.remove(); root.append(a); a.append("again"); } },
    () => { const kept = [...root.childNodes]; root.replaceChildren(); root.append(...kept); },
    () => { const a = pick(); a.style.color = ["red", "green", ""][random(3)]; a.style.display = ["", "block", "inline-block"][random(3)]; },
    () => { const style = document.createElement("style"); root.append(style); style.sheet.insertRule(`.c${random(5)}{margin:${random(9)}px}`); },
    () => { const frame = document.createElement("iframe"); root.append(frame); frame.contentDocument.body.append(make()); },
  ];
  for (let i = 0; i < steps; i++) acts[random(acts.length)]();
};
