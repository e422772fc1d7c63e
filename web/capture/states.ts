/** States of elements that the other side can't know: what is typed there is masked, and no script runs. */

/** Of fields, by what style sheets ask for; of two states the one is told by the other. */
const TOLD_BY: Record<string, string> = {
  invalid: "invalid",
  valid: "invalid",
  "user-invalid": "user-invalid",
  "user-valid": "user-valid",
  "out-of-range": "out-of-range",
  "in-range": "out-of-range",
  autofill: "autofill",
  "-webkit-autofill": "autofill",
};
const ASKED = new RegExp(`:(${Object.keys(TOLD_BY).join("|")})(?![\\w-])|:state\\(([\\w-]+)\\)`, "g");
const FIELD = /^(input|textarea|select|form|fieldset)$/;
/** What no style sheet asks for is not told. */
const asked = { ofFields: new Set<string>(), ofCustom: new Set<string>() };

export function learnStates(css: string): void {
  for (const [, state, custom] of css.matchAll(ASKED)) {
    if (custom) asked.ofCustom.add(custom);
    else if (CSS.supports(`selector(:${TOLD_BY[state!]})`)) asked.ofFields.add(TOLD_BY[state!]!);
  }
}

/** A form gives out a field that is named `matches` instead. */
function is(element: Element, state: string): boolean {
  return Element.prototype.matches.call(element, state);
}

/** Names of pseudo-classes, as of `Extra.states`. */
export function statesOf(element: Element): string {
  const isCustom = element.localName.includes("-");
  const all = isCustom || FIELD.test(element.localName) ? [...asked.ofFields] : [];
  if (isCustom && asked.ofFields.has("invalid")) all.push("valid"); // of others the browser there knows
  const states = all.filter((state) => is(element, `:${state}`));
  if (element.id && is(element, ":target")) states.push("target");
  if (is(element, "html:fullscreen")) states.push("full");
  if (element.localName === "link" && (element as HTMLLinkElement).sheet?.disabled) states.push("off");
  if (!isCustom) return states.sort().join(" ");
  if (!is(element, ":defined")) states.push("undefined");
  for (const name of asked.ofCustom) if (is(element, `:state(${name})`)) states.push(`state-${name}`);
  return states.sort().join(" ");
}
