/**
 * States of elements that this browser can't know: the visitor's pointer and focus, what is behind masked values, scripts.
 * Selectors match attributes instead, with the weight that the state has.
 */

export const STATE_ATTRIBUTE = "data-alongside-";

/** Marks what stands for an object, which rules of that name match. */
export const OBJECT = `${STATE_ATTRIBUTE}object`;

/** Escaped letters and strings come first, so that no colon in them counts. */
const TOKENS =
  /\\.|"[^"]*"|:(hover|active|focus-visible|focus-within|focus|user-invalid|user-valid|invalid|valid|out-of-range|in-range|placeholder-shown|-webkit-autofill|autofill|defined|target|-webkit-full-screen|fullscreen)(?![\w-])|:state\(([\w-]+)\)|(?<![\w.#:[=-])(object|embed)(?![\w-])/g;

/** Which of two states a field is in is told by one of them. */
const OTHERWISE: Record<string, string> = {
  valid: `:is(:where(:valid,:invalid):not(${of("invalid")}),${of("valid")})`,
  "in-range": `:where(:in-range,:out-of-range):not(${of("out-of-range")})`,
  "placeholder-shown": `:where(:placeholder-shown):not(${of("filled")})`,
  defined: `:not(${of("undefined")})`,
  "-webkit-autofill": of("autofill"),
  "-webkit-full-screen": of("fullscreen"),
};

function of(state: string): string {
  return `[${STATE_ATTRIBUTE}${state}]`;
}

export function withStates(selector: string): string {
  return selector.replace(TOKENS, (whole: string, state?: string, custom?: string, object?: string) => {
    if (object) return `:is(${object},img:where([${OBJECT}=${object}]),iframe:where([${OBJECT}=${object}]))`;
    if (custom) return `[${STATE_ATTRIBUTE}state~="${custom}"]`;
    return state ? (OTHERWISE[state] ?? of(state)) : whole;
  });
}

const SENT = ["invalid", "valid", "user-invalid", "user-valid", "out-of-range", "autofill", "undefined", "target"];

/** Those that the visitor's side has told of an element, `state-NAME` for one of its own. */
export function showStates(element: Element, told: string): void {
  const states = told.split(" ");
  for (const state of SENT) element.toggleAttribute(STATE_ATTRIBUTE + state, states.includes(state));
  const own = states.filter((state) => state.startsWith("state-")).map((state) => state.slice(6));
  if (own.length) element.setAttribute(`${STATE_ATTRIBUTE}state`, own.join(" "));
  else element.removeAttribute(`${STATE_ATTRIBUTE}state`);
}
