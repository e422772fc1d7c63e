/**
 * Addresses and titles as they may leave the page. A form that is sent, and an application that remembers its state in
 * the address, put into it what people type.
 */

import type { CaptureHost } from "../protocol/seam";
import { decoded, isSecretName } from "../protocol/secrets";
import { sha256Hex } from "../protocol/sha256";
import { bullets } from "../protocol/text";
import { FieldNames } from "./field_names";
import { isChosen, Masking } from "./masking";
import { holdsCard } from "./personal";
import { Typed } from "./typed";
import { type Field, fieldsOf, isField } from "./values";

/** Scheme and host, path, query, fragment; every text is one. */
const PARTS = /^((?:[a-z][a-z\d+.-]*:)?(?:\/\/[^/?#]*)?)([^?#]*)(\?[^#]*)?(#[\s\S]*)?$/i;
const PASSWORD_OF_HOST = /\/\/[^/]*@/;
/** Addresses inside parameters of addresses; what is packed deeper is not looked at but hidden. */
const DEEPEST = 5;
/** White space, and what JSON and people put around an address. */
const BETWEEN_ADDRESSES = /([\s"'<>\\]+)/;
const LONGEST_EDITOR = 20;

interface NavigateEvent extends Event {
  destination: { url: string };
}

export class Addresses {
  readonly masking: Masking;
  private readonly names: FieldNames;
  private readonly typed = new Typed();
  /** Names under which what was typed stands in the address itself are remembered like those of fields. */
  private isLearning = false;
  private isFresh = false;

  constructor(
    private readonly host: CaptureHost,
    private readonly signal: AbortSignal,
  ) {
    this.names = new FieldNames(host);
    this.masking = new Masking(host.masking, location.href, (field) => this.note(field));
    const { navigation } = window as unknown as { navigation?: EventTarget };
    // An application that goes to another document has what was typed in the old one only.
    navigation?.addEventListener("navigate", (event) => this.leaveFor(event as NavigateEvent), { signal });
  }

  /** Learn what is typed in a document or shadow root, and from its forms what they send. */
  watch(root: Document | ShadowRoot): void {
    root.addEventListener("input", this.typedInto, { capture: true, passive: true, signal: this.signal });
    root.addEventListener("formdata", this.submitted, { capture: true, signal: this.signal });
  }

  /** The page's own; what has none on the web is named by its origin. */
  own(): string {
    this.isFresh = false;
    return /^https?:/i.test(location.href) ? this.link(location.href) : `${self.origin}/`;
  }

  link(address: string): string {
    this.look();
    return this.mask(address, 0);
  }

  /** Addresses with parameters that stand in an attribute or a text, whatever is around them. */
  within(text: string): string {
    if (!hasParameters(text)) return text;
    const pieces = text.split(BETWEEN_ADDRESSES);
    return pieces.map((piece) => (hasParameters(piece) ? this.link(piece) : piece)).join("");
  }

  /** What is loaded goes by its full address, unless that is the page's own: null. */
  ofPage(address: string, base: string): string | null {
    if (![base, location.href].some((page) => page.split("#")[0] === address.split("#")[0])) return null;
    const masked = this.link(address);
    return masked === address ? null : masked;
  }

  /** What stands for the address of something that is loaded: another one for another address, also when masked. */
  resource(address: string): string {
    if (!/^https?:/.test(address)) return address;
    const masked = this.link(address);
    if (masked === address) return address;
    const named = new URL(masked); // as the other side reads it off a style
    named.search += `${named.search ? "&" : "?"}•=${sha256Hex(this.salt() + address).slice(0, 16)}`;
    return named.href;
  }

  /** The same for all documents of the tab, so that a page which is returned to is the same page. */
  private salt(): string {
    const known = this.host.load("salt");
    if (known) return known;
    const made = Array.from(crypto.getRandomValues(new Uint32Array(4))).join();
    this.host.save("salt", made);
    return made;
  }

  title(text: string): string {
    this.look();
    return holdsCard(text) ? bullets(text) : this.masking.personal(this.typed.hide(text));
  }

  /** What is entered now, once for all that is read in one go. */
  private look(): void {
    if (this.isFresh) return;
    this.isFresh = true;
    queueMicrotask(() => (this.isFresh = false));
    this.names.reload();
    for (const field of fieldsOf(document)) this.masking.masksValue(field);
    for (const editor of document.querySelectorAll("[contenteditable]")) this.noteEditor(editor);
    this.learn(location.href);
  }

  /** Also by what was entered a moment ago, and by scripts, of which no event tells. */
  private leaveFor({ destination }: NavigateEvent): void {
    this.isFresh = false;
    this.look();
    this.learn(destination.url);
  }

  private learn(address: string): void {
    this.isLearning = true;
    this.mask(address, 0);
    this.isLearning = false;
  }

  private note(field: Element): void {
    if (!isField(field)) return;
    this.typed.note(field);
    // Those of hidden fields and boxes are common words; where they are sent, `submitted` takes them.
    if (field.localName === "select" || !isChosen(field)) this.noteName(field);
  }

  /** Letter by letter: an application may name a page by what stood in a field between two looks. */
  private readonly typedInto = (event: Event): void => {
    const target = event.composedPath()[0] as Element;
    if (isField(target)) this.masking.masksValue(target);
    else if (target.nodeType === 1) this.noteEditor(target);
  };

  private noteName(field: Field): void {
    this.names.add(field.getAttribute("name") || field.id, !isChosen(field));
  }

  private noteEditor(editor: Element): void {
    if (!this.masking.isTypedInto(editor)) return;
    this.masking.held.keep(editor);
    const texts = document.createTreeWalker(editor, NodeFilter.SHOW_TEXT);
    const found: string[] = [];
    while (found.length < LONGEST_EDITOR && texts.nextNode()) found.push(texts.currentNode.nodeValue!.trim());
    this.typed.keep(editor, found.join("\n"));
  }

  /** Also what scripts add to a form, and components that are fields of their own. */
  private readonly submitted = (event: Event): void => {
    const root = (event.target as Node).getRootNode() as Document | ShadowRoot;
    for (const name of new Set((event as FormDataEvent).formData.keys())) {
      const named = [...root.querySelectorAll(`[name="${CSS.escape(name)}"]:not(button)`)];
      const hidden = named.filter((field) => this.masking.masksValue(field));
      const isTyped = hidden.some((field) => !isChosen(field));
      if (hidden.length || !named.length) this.names.add(name, isTyped);
    }
  };

  private mask(address: string, depth: number): string {
    const [, head, path, query = "", fragment = ""] = PARTS.exec(address)!;
    if (/^tel:$/i.test(head!) && this.masking.data.has("phone")) return head + shown(path!);
    const host = head!.replace(PASSWORD_OF_HOST, (found) => `//${shown(found.slice(2, -1))}@`);
    return host + this.path(path!, depth) + this.query(query, depth) + this.fragment(fragment, depth);
  }

  private query(text: string, depth: number): string {
    const pieces = text.slice(1).split("&");
    return text.slice(0, 1) + pieces.map((piece) => this.piece(piece, depth)).join("&");
  }

  /** `#/path?name=value`, `#/path` and `#name=value` are all in use. */
  private fragment(text: string, depth: number): string {
    if (!text) return "";
    const body = text.slice(1);
    const at = body.indexOf("?");
    if (at >= 0) return `#${this.path(body.slice(0, at), depth, "#")}${this.query(body.slice(at), depth)}`;
    return body.includes("=") && !/^!?\//.test(body) ? this.query(text, depth) : `#${this.path(body, depth, "#")}`;
  }

  /** A segment goes by what is before it, where something that was typed has been seen there. */
  private path(text: string, depth: number, start = ""): string {
    let before = start;
    return text
      .split(/([/;&])/)
      .map((piece) => {
        const name = `${before}*`;
        const masked = /^[/;&]?$/.test(piece) ? piece : this.segment(piece, name, depth);
        before += masked;
        return masked;
      })
      .join("");
  }

  private segment(piece: string, name: string, depth: number): string {
    if (piece.includes("=")) return this.piece(piece, depth);
    const plain = decoded(piece);
    const isNamed = /^[/#]/.test(name);
    if (this.isLearning && isNamed && this.typed.isTypedIn(plain)) this.names.add(name, false);
    return (isNamed && this.names.has(name)) || this.isHidden(piece, depth) ? shown(plain) : piece;
  }

  private piece(text: string, depth: number): string {
    const at = text.indexOf("=");
    if (at < 0) return this.isHidden(text, depth) ? shown(decoded(text)) : text;
    const [name, value] = [decoded(text.slice(0, at)), text.slice(at + 1)];
    if (this.isLearning) this.learnFrom(name, decoded(value));
    const lead = this.typed.isTypedIn(name) ? shown(name) : text.slice(0, at);
    const masks = this.isMasked(name) || this.isHidden(value, depth);
    return `${lead}=${masks ? shown(decoded(value)) : value}`;
  }

  private isMasked(name: string): boolean {
    return isSecretName(name) || this.masking.hidesParameter(name) || this.names.has(name) || this.names.isFull;
  }

  /** A name says what is typed, and what is typed says a name. */
  private learnFrom(name: string, plain: string): void {
    if (this.typed.isTypedIn(plain)) this.names.add(name, true);
    if (this.names.isTyped(name)) this.typed.keep(name, plain);
  }

  private isHidden(value: string, depth: number): boolean {
    const plain = decoded(value);
    if (holdsCard(plain) || this.typed.isIn(plain)) return true;
    // What is no form's value may have a plus sign that stands for itself.
    if ([plain, value].some((text) => this.masking.personal(text) !== text)) return true;
    if (plain === value && !/[?&#=]/.test(plain)) return false;
    return depth >= DEEPEST || this.mask(plain, depth + 1) !== plain;
  }
}

function shown(plain: string): string {
  return "•".repeat(plain.length);
}

function hasParameters(text: string): boolean {
  const at = text.search(/[?#]/);
  return at >= 0 && text.indexOf("=", at) > 0;
}
