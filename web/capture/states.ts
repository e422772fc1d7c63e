/** States of elements that the other side can't know: what is typed there is masked, and no script runs. */

const OF_FIELDS = ["invalid", "user-invalid", "user-valid", "out-of-range", "autofill"].filter((state) =>
  CSS.supports(`selector(:${state})`),
);
const FIELD = /^(input|textarea|select|form|fieldset)$/;
/** Names that style sheets give to states of custom elements. */
const named = new Set<string>();

export function learnStates(css: string): void {
  for (const [, name] of css.matchAll(/:state\(([\w-]+)\)/g)) named.add(name!);
}

/** Names of pseudo-classes, as of `Extra.states`. */
export function statesOf(element: Element): string {
  const states = FIELD.test(element.localName) ? OF_FIELDS.filter((state) => element.matches(`:${state}`)) : [];
  if (element.id && location.hash && element.matches(":target")) states.push("target");
  if (element.localName === "link" && (element as HTMLLinkElement).sheet?.disabled) states.push("off");
  if (!element.localName.includes("-")) return states.join(" ");
  if (!element.matches(":defined")) states.push("undefined");
  for (const name of named) if (element.matches(`:state(${name})`)) states.push(`state-${name}`);
  return states.join(" ");
}
