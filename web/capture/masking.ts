/** What may leave the page: default deny for what people type, decided before anything is serialised. */

import { decoded } from "../protocol/secrets";
import { bullets } from "../protocol/text";
import {
  around,
  childElements,
  chosenIn,
  closest,
  DRAWN_CHOICES,
  editorAround,
  editorOver,
  enteredIn,
  hasEditContext,
  isDrawnField,
  isEditable,
  isWithin,
  looksSecret,
  matches,
  nearest,
} from "./entered";
import { Held } from "./held";
import { NO_RULES, Reach, rulesAt } from "./masking_rules";
import { Passwords } from "./passwords";
import { type DataType, findPersonal, hidden, holdsCard, isNamedPersonal } from "./personal";

const LABEL_TYPES = new Set(["button", "submit", "reset", "image"]);
/** A shorter value is found by chance in other texts. */
const SHORT = 3;
/** So is a shorter value in a text beside its field. */
const LEAST_PART = 6;
const FIELD = /^(input|textarea|select)$/;
const TYPED = /^(input|textarea)$/;
/** What is sent with a form without being typed. */
const CHOSEN = /^(hidden|checkbox|radio|button|submit|reset|image)$/;
/** By which components say what is chosen of them. */
const STATE = /^(aria-(checked|selected|activedescendant)|data-.*(state|select|check|active))/;
/** What JSON writes for white space, which would count as a letter before a number. */
const ESCAPE = /\\[bfnrt]/g;

export class Masking {
  private url = "";
  /** How many other URLs. */
  private framed = 0;
  private hasMoved = false;
  private now = NO_RULES;
  private reach = new Reach(NO_RULES);
  /** What is hidden wherever it stands. */
  data: ReadonlySet<DataType> = new Set();
  private params: ReadonlySet<string> = new Set();
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
  /** Where an application draws what is typed. */
  private readonly editors = new WeakSet<Element>();
  private hasEditors = false;
  readonly held = new Held();
  readonly passwords = new Passwords();

  constructor(
    private readonly rules: unknown,
    url: string,
    /** Is told each time of a field that hides what the visitor enters. */
    private readonly hides: (field: Element) => void = () => undefined,
  ) {
    this.enter(url);
  }

  /**
   * Apply the rules of this URL and of those in its frames, as `rulesAt`; says whether they are others than before. What
   * of the page is `there` already stays under the rules before as well, since an application changes its address first
   * and its page later.
   */
  enter(url: string, framed: ReadonlySet<string> = new Set(), there: Iterable<Node> = []): boolean {
    if (url === this.url && framed.size === this.framed) return false;
    [this.url, this.framed] = [url, framed.size];
    const [before, next] = [this.now, rulesAt(this.rules, [url, ...framed])];
    if (JSON.stringify(next) === JSON.stringify(before)) return false;
    for (const node of there) if (node.nodeType === 1) this.keep(node as Element);
    this.now = next;
    this.reach = new Reach(next);
    this.data = new Set([...this.data, ...next.data]);
    this.params = new Set([...this.params, ...next.params]);
    return true;
  }

  private keep(element: Element): void {
    this.hasMoved = true;
    if (this.blocks(element)) this.denied.block.add(element);
    if (this.now.mask && matches(element, this.now.mask)) this.denied.mask.add(element);
    if (this.isEntered(element)) this.denied.allow.add(element);
  }

  /** Within what a change of this attribute may change what is masked: null for nothing, the document for all. */
  reachOf(element: Element, attribute: string, before: string | undefined): Element | Document | null {
    if (!this.reach.isTouched(attribute, before, element.getAttribute(attribute) ?? "")) return null;
    if (this.reach.extent === "page") return element.ownerDocument;
    return this.reach.extent === "within" ? element : (element.parentElement ?? element);
  }

  blocks(element: Element): boolean {
    return nearest(element, this.now.block, true) !== null || this.isKept(element, "block");
  }

  /** Whether the text directly inside this element is hidden. */
  masksText(element: Element): boolean {
    if (element.localName === "textarea") return this.masksValue(element);
    return this.covers(element) || this.isTypedInto(element) || this.suggests(element);
  }

  /** Whether the element is part of what is written in an editor that is not allowed. */
  isTypedInto(element: Element): boolean {
    const isEntered = isEditable(element) || isDrawnField(element) || this.isInEditor(element);
    return isEntered && !this.allows(element);
  }

  /** Something is about to be entered here, as an event of this type says: the editor that is not known for it yet. */
  noteEntering(target: Element, type: string): Element | null {
    const isField = type !== "focusin" && (target.localName === "textarea" || isDrawnField(target));
    const takes = isField || hasEditContext(target);
    const isOver = /paste|drop/.test(type) && !FIELD.test(target.localName) && !isEditable(target);
    const editor = (takes && editorAround(target)) || (isOver && editorOver(target));
    if (!editor || this.editors.has(editor)) return null;
    this.editors.add(editor);
    this.hasEditors = true;
    return editor;
  }

  /** Whether this repeats what is chosen of options, where that is hidden. */
  hidesChoice(element: Element): boolean {
    const select = element.localName === "selectedcontent" ? closest(element, "select") : null;
    return select !== null && this.masksValue(select);
  }

  /** Whether the attribute says whether this is chosen, where that is hidden: as bullets even its length would tell. */
  hidesState(element: Element, name: string): boolean {
    const select = name === "selected" ? closest(element, "select") : null;
    if (select) return this.masksValue(select);
    const isOfDrawn = STATE.test(name) && nearest(element, DRAWN_CHOICES) !== null && !this.allows(element);
    return isOfDrawn || (/^aria-(checked|selected)$/.test(name) && this.hidesPictures(element));
  }

  private isInEditor(element: Element): boolean {
    for (let at: Element | null = this.hasEditors ? element : null; at; at = at.parentElement ?? around(at))
      if (this.editors.has(at)) return true;
    return false;
  }

  /** Whether pictures in this place, and the element if it is one, are left out. */
  hidesPictures(element: Element): boolean {
    return this.covers(element) || this.isTypedInto(element);
  }

  /** Whether what the visitor enters here is hidden. */
  masksValue(element: Element): boolean {
    const isHidden = this.isHidden(element);
    if (!isHidden) return false;
    if (!isChosen(element)) this.held.keep(element);
    this.hides(element);
    return true;
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
    const isHidden = this.masksText(element) || this.passwords.areIn(text) || this.mirrors(text, element);
    return isHidden || (isEditable(element) && mayBeCard(text, element)) ? bullets(text) : text;
  }

  /** Of a secret not even the white space is kept: it would tell where the words of a passphrase end. */
  value(text: string, element: Element): string {
    if (this.isSecret(element) || this.passwords.areIn(text)) return "•".repeat(text.length);
    return this.masksValue(element) || mayBeCard(text, element) ? bullets(text) : this.personal(text);
  }

  /** Whether a rule hides what parameters of this name say. */
  hidesParameter(name: string): boolean {
    return this.params.has(name.toLowerCase());
  }

  /** The text without the data that the tenant's rules name. */
  personal(text: string): string {
    return hidden(text, findPersonal(text, this.data));
  }

  /** Of an attribute, which can be JSON, or parameters of an address; nor a password. */
  personalInAttribute(text: string): string {
    if (this.passwords.areIn(text)) return bullets(text);
    if (!this.data.size) return text;
    const shown = hidden(text, findPersonal(text.replace(ESCAPE, "  "), this.data));
    if (!/%[\da-f]{2}/i.test(shown)) return shown;
    return findPersonal(decoded(shown), this.data).length ? bullets(text) : shown;
  }

  /** Titles, labels and the like of an element whose text is hidden, or that repeat what a hidden field holds. */
  label(text: string, element: Element, name = ""): string {
    const outer = element.parentElement ?? around(element);
    const isWritten = outer !== null && this.isTypedInto(outer); // the editor's own labels are not
    const isHidden = isWritten || this.covers(element) || this.repeats(text, element) || this.suggests(element);
    if (isHidden || isNamedPersonal(name, text, this.data)) return bullets(text);
    return name.startsWith("aria-value") && this.isEntered(element) ? bullets(text) : this.personalInAttribute(text);
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
    return nearest(element, this.now.mask, true) !== null || this.isKept(element, "mask") || this.blocks(element);
  }

  private allows(element: Element): boolean {
    return nearest(element, this.now.allow) !== null && !this.isKept(element, "allow");
  }

  private isKept(element: Element, rule: "allow" | "mask" | "block"): boolean {
    for (let at: Element | null = this.hasMoved ? element : null; at; at = at.parentElement ?? around(at, true))
      if (this.denied[rule].has(at)) return true;
    return false;
  }

  /** Pages mirror a field in an attribute of it, of the element right around it, or of the component that it is in. */
  private repeats(text: string, element: Element): boolean {
    const { shadowRoot } = element;
    const inside = shadowRoot ? [...shadowRoot.querySelectorAll("input,textarea,select")] : [];
    const fields = [element, ...childElements(element), ...inside];
    return fields.some((field) => this.isIn(text, field) || this.held.isIn(text, field, SHORT));
  }

  /** A field that grows with its text is measured by a copy of that beside it. */
  private mirrors(text: string, element: Element): boolean {
    if (text.length < 2 || !text.trim()) return false;
    for (const box of [element, element.parentElement])
      for (const child of box ? childElements(box) : [])
        if (TYPED.test(child.localName) && !isChosen(child) && this.isIn(text, child, LEAST_PART)) return true;
    return false;
  }

  private isIn(text: string, field: Element, least = SHORT): boolean {
    const values = [enteredIn(field), ...chosenIn(field)];
    return values.some((value) => isWithin(value, text, least)) && this.isEntered(field);
  }

  private isSecret(element: Element): boolean {
    if (!this.secret.has(element) && looksSecret(element)) this.secret.add(element);
    this.passwords.see(element);
    return this.secret.has(element);
  }
}

export function isChosen(field: Element): boolean {
  return field.localName === "select" || CHOSEN.test((field as HTMLInputElement).type);
}

/** A card's number, or what may become one while it is entered. */
function mayBeCard(text: string, element: Element): boolean {
  return holdsCard(text) || (/(\d[ .-]?){9}/.test(text) && nearest(element, ":focus") !== null);
}
