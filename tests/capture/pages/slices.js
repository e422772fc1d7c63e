/** Moves, removes and changes many rows of two lists at random, some each frame; resolves when all is done. */
const lists = () => [...document.querySelectorAll("ul")];
const rows = (count) => Array.from({ length: count }, (_, n) => `<li id=r${n}><b>row</b> <i>${n}</i></li>`).join("");

document.write(`<ul>${rows(800)}</ul><ul><li>last</li></ul>`);

window.churn = (seed, frames) => {
  let state = seed;
  const dice = (sides) => (state = (state * 48271) % 2147483647) % sides;
  const acts = [
    ([from, to]) => to.append(...[...from.children].reverse()),
    ([from, to]) => from.prepend(...[...to.children].slice(-50)),
    ([from]) => from.replaceChildren(...[...from.children].slice(dice(100))),
    ([from]) => [...from.children].forEach((row, n) => n % 7 || row.setAttribute("class", `c${dice(9)}`)),
    ([from]) => from.querySelectorAll("i").forEach((text, n) => n % 5 || (text.textContent = `now ${dice(999)}`)),
    ([from]) => from.insertAdjacentHTML("afterbegin", rows(90)),
    ([from, to]) => from.children[dice(9)]?.append(...[...to.children].slice(0, 3)),
    ([from]) => from.parentNode.append(from),
    ([from, to]) => (from.append(document.createElement("hr")), from.lastChild.remove(), to.append(...from.children)),
  ];
  return new Promise((done) => {
    const act = () => {
      for (let n = 0; n < 3; n++) acts[dice(acts.length)](dice(2) ? lists() : lists().reverse());
      if (--frames) setTimeout(act, dice(60));
      else done();
    };
    act();
  });
};
