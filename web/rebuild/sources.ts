/** Addresses of what is loaded: each from the store, and of several pictures the one that the visitor's browser has chosen. */

import type { AssetMap } from "./asset_map";
import { broken, placeholder, tellGap } from "./gaps";
import { setAttribute } from "./harmless";
import type { Sheets } from "./sheets";

export const LOADED = new Set(["src", "poster", "href", "xlink:href", "background"]);
const PICTURES = new Set(["img", "image", "use", "input", "feimage", "video"]);
/** They can have a picture behind them by an attribute. */
const BACKED = /^(body|table|thead|tbody|tfoot|tr|td|th)$/;

export class Sources {
  /** As the page has them: here only the one that was chosen is told to the browser. */
  private readonly srcsets = new WeakMap<Element, string>();
  private readonly chosen = new WeakMap<Element, string>();
  private readonly plain = new WeakMap<Element, string>();

  constructor(
    private readonly assets: AssetMap,
    private readonly sheets: Sheets,
  ) {}

  set(element: Element, name: string, value: string): void {
    const tag = element.localName.toLowerCase();
    if (tag === "link") return this.sheets.link(element as HTMLLinkElement, value);
    if (tag === "a" || tag === "area") return setAttribute(element, name, "#");
    if (value.startsWith("#")) return setAttribute(element, name, value);
    if (name === "background" ? !BACKED.test(tag) : !PICTURES.has(tag)) return;
    if (tag === "video" && name !== "poster") return;
    this.picture(element, name, value);
  }

  /** Of a `srcset` null when it has gone. */
  srcset(element: Element, value: string | null): void {
    this.srcsets.set(element, value ?? "");
    const chosen = this.chosen.get(element);
    if (chosen) this.choose(element, chosen);
  }

  /** Nothing else need come. */
  prefer(image: Element, url: string): void {
    this.chosen.set(image, url);
  }

  /** Alone, with the density or width that it has at the visitor, no other can be chosen here. */
  choose(image: Element, url: string): void {
    this.chosen.set(image, url);
    const [descriptor, sizes] = this.candidate(image, url);
    const found = this.found(url, () => this.chosen.get(image) === url && this.choose(image, url));
    const isPlain = descriptor === "" || descriptor === "1x";
    if (isPlain || !found) image.removeAttribute("srcset");
    else image.removeAttribute("src");
    if (!found) return;
    if (isPlain) return show(image, "src", found);
    if (sizes) setAttribute(image, "sizes", sizes);
    setAttribute(image, "srcset", `${found} ${descriptor}`);
  }

  /** There is nothing to choose from any more. */
  unchoose(image: Element): void {
    if (!this.chosen.delete(image)) return;
    image.removeAttribute("srcset");
    const url = this.plain.get(image);
    if (url) this.picture(image, "src", url);
  }

  private candidate(image: Element, url: string): [descriptor: string, sizes: string | null] {
    const around = image.parentElement?.localName === "picture" ? image.parentElement.querySelectorAll("source") : [];
    for (const element of [image, ...around]) {
      for (const candidate of (this.srcsets.get(element) ?? "").split(/,\s+/)) {
        const [address, descriptor = ""] = candidate.trim().split(/\s+/);
        if (address === url) return [descriptor, element.getAttribute("sizes")];
      }
    }
    return ["", null];
  }

  private picture(element: Element, name: string, url: string): void {
    if (name === "src") this.plain.set(element, url);
    if (name === "src" && this.chosen.has(element)) return;
    const found = this.found(url, () => this.picture(element, name, url));
    if (found) show(element, name, found);
    else element.removeAttribute(name);
  }

  /** Where the store serves it; what could not be read has something that stands for it. */
  private found(url: string, again: () => void): string | null {
    const fragment = url.includes("#") ? url.slice(url.indexOf("#")) : "";
    const found = this.assets.resolve(url) ?? this.assets.resolve(url.slice(0, url.length - fragment.length));
    if (found) return found + (found.startsWith("data:") ? "" : fragment);
    this.assets.wait(url, again);
    const size = this.assets.sizeOfUnread(url);
    if (!size) return null;
    return size[0] && size[1] ? placeholder("picture", ...size) : broken();
  }
}

function show(element: Element, name: string, address: string): void {
  setAttribute(element, name, address);
  tellGap(element, address);
}
