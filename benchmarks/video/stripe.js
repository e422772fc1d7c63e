// A number in a corner of the page, as twelve cells between a white and a black one: it counts what the visitor does.
// Cells are black for 1. `benchStripe(number, ms since 1970, whether a page arrives)` is told. What comes closer than
// LEAST_MS is not counted.
(() => {
  if (window.top !== window) return;
  const LEAST_MS = 100;
  const [CELL, BITS] = [8, 12];
  const stripe = document.createElement("div");
  stripe.style.cssText = "position:fixed;left:0;bottom:0;display:flex;z-index:2147483647;pointer-events:none";
  const cells = Array.from({ length: BITS + 2 }, () => stripe.appendChild(document.createElement("i")));
  let last = -Infinity;

  const paint = (cell, isBlack) => {
    cell.style.cssText = `width:${CELL}px;height:${CELL}px;background:${isBlack ? "#000" : "#fff"}`;
  };
  const count = () => {
    const number = Number(sessionStorage.getItem("bench") ?? 0) + 1;
    sessionStorage.setItem("bench", String(number));
    last = performance.now();
    cells.slice(1, -1).forEach((cell, bit) => paint(cell, (number >> bit) & 1));
    return number;
  };
  const tell = (number, arrives) => benchStripe(number, Date.now(), arrives);
  const act = () => {
    if (stripe.isConnected && performance.now() - last >= LEAST_MS) tell(count(), false);
  };
  // A page that arrives is seen at its first picture.
  const arrive = () => {
    const number = count();
    requestAnimationFrame(() => tell(number, true));
  };

  paint(cells[0], false);
  paint(cells.at(-1), true);
  for (const name of ["keydown", "mousedown", "wheel"])
    window.addEventListener(name, act, { capture: true, passive: true });
  window.addEventListener("pageshow", (event) => event.persisted && arrive());
  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(stripe);
    arrive();
  });
})();
