/** What may leave the page: default deny for what people type, decided before anything is serialised. */

import { holdsCardNumber, SECRET_NAME } from "../protocol/secrets";

interface RuleSet {
  allow: string[];
  mask: string[];
  block: string[];
}

const SECRET_AUTOCOMPLETE = /^(cc-|current-password|new-password|one-time-code)/;
const LABEL_TYPES = new Set(["button", "submit", "reset", "image"]);
/** A shorter value is found by chance in other texts. */
const SHORT = 3;

/** The same length without the content; white space stays, so that lines break in the same places. */
export function bullets(text: string): string {
  return text.replace(/\S/gu, "•");
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function ruleSets(rules: unknown, url: string): RuleSet[] {
  const given = (rules ?? {}) as Record<string, unknown>;
  const scoped = (Array.isArray(given.urls) ? given.urls : []).filter((scope) => urlMatches(scope?.pattern, url));
  return [given, ...scoped].map((set) => ({
    allow: strings(set.allow),
    mask: strings(set.mask),
    block: strings(set.block),
  }));
}

/** `*` stands for any run of characters; the pattern covers the whole URL without its fragment. */
function urlMatches(pattern: unknown, url: string): boolean {
  if (typeof pattern !== "string") return false;
  const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`).test(url.split("#")[0]!);
}

function isValid(selector: string): boolean {
  try {
    document.createDocumentFragment().querySelector(selector);
    return true;
  } catch {
    return false;
  }
}

/** The element or the nearest around it that matches, also out of shadow roots. */
function within(element: Element, selector: string): boolean {
  if (!selector) return false;
  for (let at: Element | null = element; at; ) {
    if (at.closest(selector)) return true;
    const root: Node = at.getRootNode();
    at = root.nodeType === 11 ? (root as ShadowRoot).host : null;
  }
  return false;
}

export class Masking {
  private allow = "";
  private mask = "";
  private block = "";
  /** Fields that have ever been secret stay so, also after their type changed. */
  private readonly secret = new WeakSet<Element>();
  /** Fields that could ever be typed into: their value is not a label when they become a button. */
  private readonly typed = new WeakSet<Element>();

  constructor(
    private readonly rules: unknown,
    url: string,
    /** Is told each time of a field that hides what the visitor enters. */
    private readonly hides: (field: Element) => void = () => undefined,
  ) {
    this.enter(url);
  }

  /** Apply the rules of this URL. A rule that is no valid selector denies: nothing is allowed any more. */
  enter(url: string): void {
    const sets = ruleSets(this.rules, url);
    const pick = (name: keyof RuleSet): string[] => sets.flatMap((set) => set[name]);
    const denies = [...pick("mask"), ...pick("block")];
    this.mask = pick("mask").filter(isValid).join(",");
    this.block = pick("block").filter(isValid).join(",");
    this.allow = denies.every(isValid) ? pick("allow").filter(isValid).join(",") : "";
  }

  /** Whether a change of this attribute may change what is masked below the element. */
  dependsOn(attribute: string): boolean {
    return attribute === "contenteditable" || this.mask !== "" || this.block !== "";
  }

  blocks(element: Element): boolean {
    return this.block !== "" && element.matches(this.block);
  }

  /** Whether the text directly inside this element is hidden. */
  masksText(element: Element): boolean {
    if (element.localName === "textarea" || element.localName === "output") return this.masksValue(element);
    if (within(element, this.mask)) return true;
    return this.isTypedInto(element);
  }

  /** Whether the element is part of what is written in an editor that is not allowed. */
  isTypedInto(element: Element): boolean {
    return isEditable(element) && !within(element, this.allow);
  }

  /** Whether what the visitor enters here is hidden. */
  masksValue(element: Element): boolean {
    const isHidden = this.isHidden(element);
    if (isHidden) this.hides(element);
    return isHidden;
  }

  private isHidden(element: Element): boolean {
    if (this.isSecret(element)) return true;
    const type = (element as HTMLInputElement).type;
    const isButton = element.localName === "input" && LABEL_TYPES.has(type);
    if (!isButton) this.typed.add(element);
    if (isButton && !this.typed.has(element)) return within(element, this.mask);
    return type === "hidden" || within(element, this.mask) || !within(element, this.allow);
  }

  text(text: string, element: Element): string {
    return this.masksText(element) || (isEditable(element) && holdsCardNumber(text)) ? bullets(text) : text;
  }

  /** Of a secret not even the white space is kept: it would tell where the words of a passphrase end. */
  value(text: string, element: Element): string {
    if (this.isSecret(element)) return "•".repeat(text.length);
    return this.masksValue(element) || holdsCardNumber(text) ? bullets(text) : text;
  }

  /** Titles, labels and the like of an element whose text is hidden, or that repeat what a hidden field holds. */
  label(text: string, element: Element): string {
    return this.covers(element) || this.repeats(text, element) ? bullets(text) : text;
  }

  /** Whether a rule of the tenant says that nothing of the element may be read. */
  covers(element: Element): boolean {
    return within(element, this.mask);
  }

  /** Pages mirror a field in an attribute of it, or of the element right around it. */
  private repeats(text: string, element: Element): boolean {
    return [element, ...element.children].some((field) => {
      if (!/^(input|textarea)$/.test(field.localName)) return false;
      const { value } = field as HTMLInputElement;
      const isSame = value !== "" && (value.length < SHORT ? text === value : text.includes(value));
      return isSame && this.masksValue(field);
    });
  }

  /** Called for every field that is seen, so that a password is known before its type changes. */
  private isSecret(element: Element): boolean {
    if (!this.secret.has(element) && looksSecret(element)) this.secret.add(element);
    return this.secret.has(element);
  }
}

/** Pictures and formulas inside an editor don't say by themselves that they are part of it. */
function isEditable(element: Element): boolean {
  for (let at: Element | null = element; at; at = at.parentElement) {
    if ("isContentEditable" in at) return at.isContentEditable === true;
  }
  return false;
}

function looksSecret(element: Element): boolean {
  if ((element as HTMLInputElement).type === "password") return true;
  const completes = (element.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
  if (completes.some((token) => SECRET_AUTOCOMPLETE.test(token))) return true;
  return ["name", "id"].some((name) => SECRET_NAME.test(element.getAttribute(name) ?? ""));
}
