/** The tenant's rules of masking: which of them count at a URL, and which changes of a page they depend on. */

import { globs } from "./globs";
import { DATA_TYPES, type DataType } from "./personal";

interface RuleSet {
  allow: string[];
  mask: string[];
  block: string[];
  data: string[];
  params: string[];
}

/** Selectors as one each; empty where there are none. */
export interface Rules {
  allow: string;
  mask: string;
  block: string;
  data: DataType[];
  /** Names of parameters of addresses, in small letters. */
  params: string[];
}

export const NO_RULES: Rules = { allow: "", mask: "", block: "", data: [], params: [] };
/** They match by more than attributes and places, so that any attribute may count. */
const BY_STATE = /\\|:(?!is|not|where|has|nth|first|last|only|empty|root|host|scope)[a-z]/;

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function ruleSets(rules: unknown, urls: string[]): RuleSet[] {
  const given = (rules ?? {}) as Record<string, unknown>;
  const scopes = Array.isArray(given.urls) ? given.urls : [];
  const scoped = scopes.filter((scope) => urls.some((url) => urlMatches(scope?.pattern, url)));
  return [given, ...scoped].map((set) => ({
    allow: set === given || urlMatches(set.pattern, urls[0]!) ? strings(set.allow) : [],
    mask: strings(set.mask),
    block: strings(set.block),
    data: strings(set.data),
    params: strings(set.params),
  }));
}

/** The pattern covers the whole URL without its fragment. */
function urlMatches(pattern: unknown, url: string): boolean {
  return typeof pattern === "string" && globs(pattern, url.split("#")[0]!);
}

/**
 * Those of a page and of the documents in its frames, whose URLs follow its own: what one of them hides is hidden in all,
 * and the page alone allows. A rule that is no valid selector denies: nothing is allowed any more.
 */
export function rulesAt(rules: unknown, urls: string[]): Rules {
  const sets = ruleSets(rules, urls);
  const pick = (name: keyof RuleSet): string[] => sets.flatMap((set) => set[name]);
  const joined = (name: keyof RuleSet): string => pick(name).filter(isValid).join(",");
  const [mask, block] = [joined("mask"), joined("block")];
  const allow = [...pick("mask"), ...pick("block")].every(isValid) ? joined("allow") : "";
  const data = DATA_TYPES.filter((type) => pick("data").includes(type));
  return { allow, mask, block, data, params: pick("params").map((name) => name.toLowerCase()) };
}

function isValid(selector: string): boolean {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
}

/** What the selectors of the rules look at, read off their text: more than is so at times, never less. */
export class Reach {
  private readonly selectors: string;
  /** How far from the changed element: over all of the page, over its siblings, or within it. */
  readonly extent: "page" | "siblings" | "within";

  constructor({ allow, mask, block }: Rules) {
    this.selectors = [allow, mask, block].join().toLowerCase().replace(/\[\s+/g, "[");
    this.extent = this.selectors.includes(":has(") ? "page" : /[~+]/.test(this.selectors) ? "siblings" : "within";
  }

  /** Whether a change of the attribute may change what matches; `before` is undefined where that is not known. */
  isTouched(name: string, before: string | undefined, now: string): boolean {
    if (before === now && now) return false; // an attribute without a value and none at all look the same here
    if (name === "contenteditable" || name === "role") return true;
    const { selectors } = this;
    if (BY_STATE.test(selectors) || selectors.includes(`[${name}`)) return true;
    if (name === "id") return before === undefined ? selectors.includes("#") : this.names("#", [before, now]);
    if (name !== "class") return false;
    return before === undefined ? selectors.includes(".") : this.names(".", different(words(before), words(now)));
  }

  private names(sign: "." | "#", found: string[]): boolean {
    return found.some((name) => name !== "" && this.selectors.includes(sign + CSS.escape(name).toLowerCase()));
  }
}

function words(text: string): string[] {
  return text.split(/\s+/);
}

function different(a: string[], b: string[]): string[] {
  return [...a.filter((word) => !b.includes(word)), ...b.filter((word) => !a.includes(word))];
}
