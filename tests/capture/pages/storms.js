/* Pages that change more than anybody can follow, and what the visitor's tab makes of it. */
const rows = (count, text) => Array.from({ length: count }, (_, i) => `<tr><td>${i}<td>${text}<td class=c${i % 7}>x`).join("");

let isCalm = false;

const storms = {
  /** 10,000 changes a second, each of another text. */
  mutations() {
    document.body.insertAdjacentHTML("beforeend", `<table id=grid>${rows(3000, "start")}</table>`);
    const cells = [...document.querySelectorAll("#grid td")];
    let at = 0;
    setInterval(() => {
      for (let i = 0; i < 100 && !isCalm; i++) cells[(at += 37) % cells.length].textContent = `value ${at}`;
    }, 10);
  },
  /** The whole page anew, each frame. */
  rewrite() {
    const host = document.body.appendChild(document.createElement("div"));
    let count = 0;
    const draw = () => {
      host.innerHTML = `<h1>${++count}</h1><table>${rows(1000, `frame ${count}`)}</table>`;
      if (!isCalm) requestAnimationFrame(draw);
    };
    draw();
  },
  /** Five megabytes of markup, of which a little changes. */
  large() {
    document.body.insertAdjacentHTML("beforeend", `<table id=big>${rows(12000, "some words in a cell of a large table ".repeat(10))}</table>`);
    const cells = [...document.querySelectorAll("#big td")];
    let at = 0;
    setInterval(() => isCalm || (cells[(at += 101) % cells.length].textContent = `now ${at}`), 100);
  },
};

/** Resolves to the longest task (ms), the frames a second, and what was sent, over `ms`. */
window.measure = (ms) =>
  new Promise((resolve) => {
    let [longest, frames] = [0, 0];
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    observer.observe({ type: "longtask" });
    const began = performance.now();
    const count = () => {
      frames++;
      if (performance.now() - began < ms) return requestAnimationFrame(count);
      observer.disconnect();
      resolve({ longest: Math.round(longest), framesPerSecond: Math.round((1000 * frames) / (performance.now() - began)) });
    };
    requestAnimationFrame(count);
  });
window.storm = (name) => storms[name]();
window.calm = () => (isCalm = true);
