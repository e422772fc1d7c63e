/** Listens to each document, shadow root and frame that comes into view. */

import { given } from "./given";
import { frameDocument } from "./nodes";
import { noteToggled } from "./top_layer";

interface Hooks {
  opened(root: Document | ShadowRoot): void;
  /** A dialog, popover or the like, or a picture for which another was chosen. */
  toggled(element: Element): void;
  loaded(frame: Element): void;
  /** A frame is read, or `isNew` in it. */
  framed(frame: Element, isNew: boolean): void;
}

export class Openings {
  private readonly opened = new WeakSet<Node>();
  private readonly closing = new AbortController();
  private readonly toggled = (event: Event): void => {
    noteToggled(event.target as Element);
    this.hooks.toggled(event.target as Element);
  };
  private readonly loaded = (event: Event): void => {
    const element = event.target as Element;
    if (element.localName === "img") this.hooks.toggled(element);
  };

  constructor(
    private readonly observer: MutationObserver,
    private readonly hooks: Hooks,
  ) {}

  open(root: Document | ShadowRoot): void {
    this.observer.observe(root, { subtree: true, childList: true, attributes: true, characterData: true });
    if (this.opened.has(root) || given.has(root)) return;
    this.opened.add(root);
    this.listen(root);
  }

  stop(): void {
    this.closing.abort();
  }

  watchFrame(frame: Element): void {
    this.hooks.framed(frame, false);
    if (this.opened.has(frame)) return;
    this.opened.add(frame);
    const loaded = (): void => {
      for (const inner of frameDocument(frame)) if (this.opened.has(inner)) this.listen(inner); // `open` takes all listeners
      this.hooks.framed(frame, true);
      this.hooks.loaded(frame);
    };
    frame.addEventListener("load", loaded, { signal: this.closing.signal });
  }

  private listen(root: Document | ShadowRoot): void {
    const options = { capture: true, signal: this.closing.signal };
    root.addEventListener("toggle", this.toggled, options);
    root.addEventListener("fullscreenchange", this.toggled, options);
    root.addEventListener("load", this.loaded, options);
    this.hooks.opened(root);
  }
}
