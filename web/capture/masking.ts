/** What may leave the page: default deny for what people type, decided before anything is serialised. */

import { NODE } from "../protocol/operations";
import { SECRET_NAME } from "../protocol/secrets";
import { frameOf } from "./nodes";
import { DATA_TYPES, type DataType, findPersonal, hidden, holdsCard } from "./personal";

interface RuleSet {
  allow: string[];
  mask: string[];
  block: string[];
  data: string[];
}

interface Rules {
  allow: string;
  mask: string;
  block: string;
  data: DataType[];
}

const SECRET_AUTOCOMPLETE = /^(cc-|current-password|new-password|one-time-code)/;
const LABEL_TYPES = new Set(["button", "submit", "reset", "image"]);
/** A shorter value is found by chance in other texts. */
const SHORT = 3;
const FIELD = /^(input|textarea|select)$/;
/** What stands for a field where the application draws its own. */
const FIELD_ROLES = "[role=textbox],[role=searchbox],[role=spinbutton],[role=slider]";

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
    data: strings(set.data),
  }));
}

/** `*` stands for any run of characters; the pattern covers the whole URL without its fragment. */
function urlMatches(pattern: unknown, url: string): boolean {
  if (typeof pattern !== "string") return false;
  const source = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${source.join(".*")}$`).test(url.split("#")[0]!);
}

/** Selectors of these rules as one each. A rule that is no valid selector denies: nothing is allowed any more. */
function rulesAt(rules: unknown, url: string): Rules {
  const sets = ruleSets(rules, url);
  const pick = (name: keyof RuleSet): string[] => sets.flatMap((set) => set[name]);
  const joined = (name: keyof RuleSet): string => pick(name).filter(isValid).join(",");
  const [mask, block] = [joined("mask"), joined("block")];
  const allow = [...pick("mask"), ...pick("block")].every(isValid) ? joined("allow") : "";
  return { allow, mask, block, data: DATA_TYPES.filter((type) => pick("data").includes(type)) };
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
function within(element: Element, selector: string, crossesFrames = false): boolean {
  if (!selector) return false;
  for (let at: Element | null = element; at; ) {
    if (at.closest(selector)) return true;
    at = around(at, crossesFrames);
  }
  return false;
}

/** The host of the shadow root, or the frame of the document, in which the element is. */
function around(element: Element, crossesFrames: boolean): Element | null {
  const root: Node = element.getRootNode();
  if (root.nodeType === NODE.SHADOW) return (root as ShadowRoot).host;
  return crossesFrames ? frameOf(root) : null;
}

export class Masking {
  private url = "";
  private hasMoved = false;
  private now: Rules = { allow: "", mask: "", block: "", data: [] };
  /** What is hidden wherever it stands. */
  data: ReadonlySet<DataType> = new Set();
  /** What rules of an earlier URL hid, by the rule. */
  private readonly denied = {
    allow: new WeakSet<Element>(),
    mask: new WeakSet<Element>(),
    block: new WeakSet<Element>(),
  };
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

  /**
   * Apply the rules of this URL; says whether they are others than before. What of the page is `there` already stays
   * under the rules before as well, since an application changes its address first and its page later.
   */
  enter(url: string, there: Iterable<Node> = []): boolean {
    if (url === this.url) return false;
    this.url = url;
    const [before, next] = [this.now, rulesAt(this.rules, url)];
    if (JSON.stringify(next) === JSON.stringify(before)) return false;
    for (const node of there) if (node.nodeType === 1) this.keep(node as Element);
    this.now = next;
    this.data = new Set([...this.data, ...next.data]);
    return true;
  }

  private keep(element: Element): void {
    this.hasMoved = true;
    if (this.blocks(element)) this.denied.block.add(element);
    if (this.now.mask && element.matches(this.now.mask)) this.denied.mask.add(element);
    if (this.isEntered(element)) this.denied.allow.add(element);
  }

  /** Whether a change of this attribute may change what is masked below the element. */
  dependsOn(attribute: string): boolean {
    return /^(contenteditable|role)$/.test(attribute) || this.now.mask !== "" || this.now.block !== "";
  }

  blocks(element: Element): boolean {
    return (this.now.block !== "" && element.matches(this.now.block)) || this.denied.block.has(element);
  }

  /** Whether the text directly inside this element is hidden. */
  masksText(element: Element): boolean {
    if (element.localName === "textarea" || element.localName === "output") return this.masksValue(element);
    if (this.covers(element)) return true;
    return this.isTypedInto(element) || this.suggests(element);
  }

  /** Whether the element is part of what is written in an editor that is not allowed. */
  isTypedInto(element: Element): boolean {
    return (isEditable(element) || element.closest(FIELD_ROLES) !== null) && !this.allows(element);
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
    if (isButton && !this.typed.has(element)) return this.covers(element);
    return type === "hidden" || this.covers(element) || !this.allows(element);
  }

  text(text: string, element: Element): string {
    return this.masksText(element) || (isEditable(element) && holdsCard(text)) ? bullets(text) : text;
  }

  /** Of a secret not even the white space is kept: it would tell where the words of a passphrase end. */
  value(text: string, element: Element): string {
    if (this.isSecret(element)) return "•".repeat(text.length);
    return this.masksValue(element) || holdsCard(text) ? bullets(text) : this.personal(text);
  }

  /** The text without the data that the tenant's rules name. */
  personal(text: string): string {
    return hidden(text, findPersonal(text, this.data));
  }

  /** Titles, labels and the like of an element whose text is hidden, or that repeat what a hidden field holds. */
  label(text: string, element: Element, name = ""): string {
    const isHidden = this.covers(element) || this.repeats(text, element) || this.suggests(element);
    return isHidden || (name.startsWith("aria-value") && this.isEntered(element)) ? bullets(text) : this.personal(text);
  }

  private isEntered(element: Element): boolean {
    return FIELD.test(element.localName) ? this.masksValue(element) : this.isTypedInto(element);
  }

  /** What is offered for a secret field was entered there before. */
  private suggests(option: Element): boolean {
    const list = option.localName === "option" ? option.closest("datalist") : null;
    if (!list) return false;
    const fields = (list.getRootNode() as ParentNode).querySelectorAll(`[list="${CSS.escape(list.id)}"]`);
    return [...fields].some((field) => this.isSecret(field) || this.covers(field));
  }

  /** Whether a rule of the tenant says that nothing of the element may be read. */
  covers(element: Element): boolean {
    return within(element, this.now.mask, true) || this.isKept(element, "mask");
  }

  private allows(element: Element): boolean {
    return within(element, this.now.allow) && !this.isKept(element, "allow");
  }

  private isKept(element: Element, rule: "allow" | "mask"): boolean {
    for (let at = this.hasMoved ? element : null; at; at = at.parentElement) if (this.denied[rule].has(at)) return true;
    return false;
  }

  /** Pages mirror a field in an attribute of it, or of the element right around it. */
  private repeats(text: string, element: Element): boolean {
    return [element, ...element.children].some((field) => {
      const value = enteredIn(field);
      const isSame = value !== "" && (value.length < SHORT ? text === value : text.includes(value));
      return isSame && this.isEntered(field);
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

/** Where the whole of it can be repeated: in a field, or in an editor. */
function enteredIn(element: Element): string {
  if (/^(input|textarea)$/.test(element.localName) && "value" in element) return String(element.value);
  return element.hasAttribute("contenteditable") ? element.textContent!.trim() : "";
}

/** Custom elements can be fields of a form, with a value of their own. */
export function isCustomField({ localName }: Element): boolean {
  const made = customElements.get(localName) as { formAssociated?: boolean } | undefined;
  return made?.formAssociated === true;
}

function looksSecret(element: Element): boolean {
  if ((element as HTMLInputElement).type === "password") return true;
  const completes = (element.getAttribute("autocomplete") ?? "").toLowerCase().split(/\s+/);
  if (completes.some((token) => SECRET_AUTOCOMPLETE.test(token))) return true;
  return ["name", "id"].some((name) => SECRET_NAME.test(element.getAttribute(name) ?? ""));
}
