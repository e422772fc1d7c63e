/** Texts for whatever makes them smaller. */

export const WINDOW = 32 * 1024;

/** Numbers below `below`, the same in each run. */
export function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Words of few letters or many, what was said before again, and runs. */
function anyText(any: (below: number) => number, past: string): string {
  const letters = "etaoin shrdlu{}[],:\"0123456789é上🚚".slice(0, 1 + any(32));
  const parts = Array.from({ length: any(40) }, () => {
    const kind = any(4);
    const from = Math.max(past.length - any(2 * WINDOW), 0);
    if (kind === 0) return past.slice(from, from + any(400));
    if (kind === 1) return "x".repeat(any(600));
    return Array.from({ length: any(60) }, () => letters[any(letters.length)]).join("");
  });
  return parts.join("").toWellFormed();
}

export function anyTexts(seed: number, count: number): string[] {
  const any = numbers(seed);
  let past = "";
  return Array.from({ length: count }, () => {
    const text = anyText(any, past);
    past = (past + text).slice(-3 * WINDOW);
    return text;
  });
}
