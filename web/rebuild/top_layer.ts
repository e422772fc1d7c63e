/** What lies above the page: modal dialogs, popovers, what fills the screen, in the visitor's order. */

import type { Extra } from "../protocol/operations";
import { STATE_ATTRIBUTE } from "./states";

type Raised = "modal" | "popover" | "fullscreen";

/** Each that comes below others raises all of these again, and a page that means harm has a hundred thousand. */
const MOST = 100;

export class TopLayer {
  private readonly raised = new Map<HTMLElement, { top: Raised; order: number }>();

  /** Put the element where its extra says. */
  set(element: HTMLElement, { top, order = 0 }: Extra): void {
    const known = this.raised.get(element);
    if (known && known.top === top && known.order === order && isRaised(element)) return;
    if (known || !top) lower(element);
    this.raised.delete(element);
    if (!top) return;
    for (const other of this.raised.keys()) if (!other.isConnected) this.raised.delete(other);
    if (this.raised.size >= MOST) return;
    const above = [...this.raised].filter(([, at]) => at.order > order);
    this.raised.set(element, { top, order });
    raise(element, top);
    for (const [other, at] of above.sort(([, a], [, b]) => a.order - b.order)) {
      lower(other);
      raise(other, at.top);
    }
  }
}

function isRaised(element: HTMLElement): boolean {
  return element.matches(":modal, :popover-open");
}

function raise(element: HTMLElement, top: Raised): void {
  try {
    if (top === "modal") showModal(element as HTMLDialogElement);
    else showPopover(element, top);
  } catch {
    /* It is there already, or nowhere. */
  }
}

/** Who looks keeps the focus, which a dialog would take, out of whatever page this one is shown in. */
function showModal(dialog: HTMLDialogElement): void {
  const isInert = dialog.hasAttribute("inert");
  dialog.removeAttribute("open");
  dialog.toggleAttribute("inert", true);
  try {
    dialog.showModal();
  } finally {
    dialog.toggleAttribute("inert", isInert);
  }
}

/** It may stand where the button is that opened it. */
function showPopover(element: HTMLElement, top: Raised): void {
  if (top === "fullscreen") {
    element.setAttribute(`${STATE_ATTRIBUTE}fullscreen`, "");
    element.setAttribute("popover", "manual");
  }
  const root = element.getRootNode() as Document | ShadowRoot;
  const name = CSS.escape(element.id);
  const source = element.id && root.querySelector(`[popovertarget="${name}"], [commandfor="${name}"]`);
  (element.showPopover as (options?: object) => void).call(element, source ? { source } : {});
}

/** A dialog stays in the top layer when it only loses its attribute. */
function lower(element: HTMLElement): void {
  if (element.hasAttribute(`${STATE_ATTRIBUTE}fullscreen`)) {
    element.removeAttribute("popover");
    element.removeAttribute(`${STATE_ATTRIBUTE}fullscreen`);
  }
  if (element.matches(":popover-open")) element.hidePopover();
  if (element.localName !== "dialog" || !element.matches(":modal")) return;
  const isOpen = element.hasAttribute("open");
  (element as HTMLDialogElement).close();
  element.toggleAttribute("open", isOpen);
}
