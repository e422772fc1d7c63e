/**
 * States of elements that this browser can't know: the visitor's pointer and focus, what is behind masked values, scripts.
 * Selectors match attributes instead, with the weight that the state has.
 */

export const STATE_ATTRIBUTE = "data-alongside-";

/** What of these a part can be asked for; behind a part no attribute may stand, but a part can have further names. */
const OF_PARTS = ["hover", "active", "focus-visible", "focus-within", "focus"];
const PART = "alongside-";
const ASKED_PARTS = new RegExp(`(::part\\([^)]*)\\)((?:\\[${STATE_ATTRIBUTE}(?:${OF_PARTS.join("|")})\\])+)`, "g");

/** Of what browsers draw themselves no state is known, and the whole list of selectors would not be valid. */
const BEHIND_PSEUDO = new RegExp(`(::-webkit-[\\w-]+)((?:\\[${STATE_ATTRIBUTE}[\\w-]+\\])+)`, "g");

/** Marks what stands for an object, which rules of that name match. */
export const OBJECT = `${STATE_ATTRIBUTE}object`;

/** Escaped letters and strings come first, so that no colon in them counts. */
const TOKENS =
  /\\.|"[^"]*"|:(hover|active|focus-visible|focus-within|focus|user-invalid|user-valid|invalid|valid|out-of-range|in-range|placeholder-shown|-webkit-autofill|autofill|defined|target|-webkit-full-screen|fullscreen)(?![\w-])|:state\(([\w-]+)\)|(?<![\w.#:[=-])(object|embed)(?![\w-])/g;

/** Of a page as a whole there is nothing that it fills the screen with but itself. */
const FULL = `:is(${of("fullscreen")},${of("full")})`;

/** Which of two states a field is in is told by one of them. */
const OTHERWISE: Record<string, string> = {
  valid: `:is(:where(:valid,:invalid):not(${of("invalid")}),${of("valid")})`,
  "in-range": `:where(:in-range,:out-of-range):not(${of("out-of-range")})`,
  "placeholder-shown": `:where(:placeholder-shown):not(${of("filled")})`,
  defined: `:not(${of("undefined")})`,
  "-webkit-autofill": of("autofill"),
  fullscreen: FULL,
  "-webkit-full-screen": FULL,
};

function of(state: string): string {
  return `[${STATE_ATTRIBUTE}${state}]`;
}

export function withStates(selector: string): string {
  const ofParts = withAttributes(selector).replace(ASKED_PARTS, (_, parts: string, states: string) => {
    return `${parts} ${states.slice(1, -1).replaceAll("][", " ").replaceAll(STATE_ATTRIBUTE, PART)})`;
  });
  return ofParts.replace(BEHIND_PSEUDO, (_, pseudo: string, states: string) => {
    return pseudo + states.replaceAll(`[${STATE_ATTRIBUTE}`, ":").replaceAll("]", "");
  });
}

/** Parts that are handed on, with the states that they are in. */
export function exported(parts: string): string {
  return parts && [parts, ...OF_PARTS.map((state) => PART + state)].join(", ");
}

export function showState(element: Element, state: string, isOn: boolean): void {
  if (element.hasAttribute(STATE_ATTRIBUTE + state) !== isOn) element.toggleAttribute(STATE_ATTRIBUTE + state, isOn);
  if (element.hasAttribute("part")) element.part.toggle(PART + state, isOn);
}

function withAttributes(selector: string): string {
  return selector.replace(TOKENS, (whole: string, state?: string, custom?: string, object?: string) => {
    if (object) return `:is(${object},img:where([${OBJECT}=${object}]),iframe:where([${OBJECT}=${object}]))`;
    if (custom) return `[${STATE_ATTRIBUTE}state~="${custom}"]`;
    return state ? (OTHERWISE[state] ?? of(state)) : whole;
  });
}

const SENT = [
  "invalid",
  "valid",
  "user-invalid",
  "user-valid",
  "out-of-range",
  "autofill",
  "undefined",
  "target",
  "full",
];

/** Those that the visitor's side has told of an element, `state-NAME` for one of its own. */
export function showStates(element: Element, told: string): void {
  const states = told.split(" ");
  for (const state of SENT) element.toggleAttribute(STATE_ATTRIBUTE + state, states.includes(state));
  const own = states.filter((state) => state.startsWith("state-")).map((state) => state.slice(6));
  if (own.length) element.setAttribute(`${STATE_ATTRIBUTE}state`, own.join(" "));
  else element.removeAttribute(`${STATE_ATTRIBUTE}state`);
}
