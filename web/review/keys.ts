/** Keys of the whole page, as video players have them; the dialog behind `?` lists them. */

export type Deed =
  | { name: "toggle" | "fullscreen" | "inspect" | "help" | "start" | "end" }
  | { name: "move"; ms: number }
  | { name: "picture" | "mark" | "rate"; step: 1 | -1 }
  | { name: "chapter"; number: number };

const MOVE_MS = 5000;
const FAR_MS = 10_000;
/** Digits that come so soon after each other are one number. */
const DIGITS_MS = 700;

const DEEDS: Record<string, Deed> = {
  " ": { name: "toggle" },
  k: { name: "toggle" },
  ArrowLeft: { name: "move", ms: -MOVE_MS },
  ArrowRight: { name: "move", ms: MOVE_MS },
  j: { name: "move", ms: -FAR_MS },
  l: { name: "move", ms: FAR_MS },
  ",": { name: "picture", step: -1 },
  ".": { name: "picture", step: 1 },
  "<": { name: "rate", step: -1 },
  ">": { name: "rate", step: 1 },
  p: { name: "mark", step: -1 },
  n: { name: "mark", step: 1 },
  f: { name: "fullscreen" },
  i: { name: "inspect" },
  "?": { name: "help" },
  Home: { name: "start" },
  End: { name: "end" },
};

export function listenToKeys(act: (deed: Deed) => void): void {
  let typed = { digits: "", at: -DIGITS_MS };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isBusy(event)) return;
    let deed = DEEDS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (/^[0-9]$/.test(event.key)) {
      const before = event.timeStamp - typed.at < DIGITS_MS ? typed.digits : "";
      typed = { digits: before + event.key, at: event.timeStamp };
      deed = { name: "chapter", number: Number(typed.digits) };
    }
    if (!deed) return;
    event.preventDefault();
    act(deed);
  });
}

/** Somebody writes, or a control that has the focus takes the key itself. */
function isBusy({ target, key }: KeyboardEvent): boolean {
  const element = target as Element;
  if (document.querySelector("dialog[open]")) return true;
  if (element.closest("textarea, select, input:not([type=checkbox]), [contenteditable]")) return true;
  return key === " " && element.closest("button, a, summary, input") !== null;
}
