/** In every page of the desk: how many visitors wait for assistance, and a message the moment another asks. */

import { listenToDesk } from "../console/desk_events";
import { Reading } from "../console/reading";
import { tellZone } from "../zone/zone";
import { chooseWords } from "./words";

interface Waiting {
  count: number;
  requests: { id: string; who: string; page: string }[];
  /** Sessions that are offered to this person, by the session's id. */
  hand_overs: { id: string; who: string; agent: string }[];
}

const ASSIST = "/desk/assist/";
const words = chooseWords(document.documentElement.lang);
const title = document.title;

/** Requests that were there before this page, or have been announced on it. */
let known: Set<string> | null = null;

function follow(): void {
  const reading = new Reading("/desk/live/", (text) => show(JSON.parse(text) as Waiting));
  listenToDesk({
    event: (kind) => void (/^(request|hand_over|session)\.|^joined$/.test(kind) && reading.again()),
  });
}

function show(waiting: Waiting): void {
  document.documentElement.dataset.deskWaiting = String(waiting.count);
  document.title = waiting.count ? `(${waiting.count}) ${title}` : title;
  showBadge(waiting.count);
  const waitingIds = new Set([...waiting.requests, ...waiting.hand_overs].map((item) => item.id));
  for (const toast of document.querySelectorAll<HTMLElement>(".desk-toast")) {
    if (!waitingIds.has(toast.dataset.requestId ?? "")) toast.remove();
  }
  const before = known;
  known = waitingIds;
  for (const offer of waiting.hand_overs) if (!before?.has(offer.id)) announce(offer.id, words("hand_over", offer));
  if (!before) return;
  for (const request of waiting.requests) if (!before.has(request.id)) announce(request.id, words("new", request));
}

function showBadge(count: number): void {
  for (const link of document.querySelectorAll(`nav a[href="${ASSIST}"], #nav-sidebar a[href="${ASSIST}"]`)) {
    link.querySelector(".desk-badge")?.remove();
    if (count) link.append(badge(count));
  }
}

function badge(count: number): HTMLElement {
  const element = document.createElement("span");
  element.className = "desk-badge";
  element.dataset.testid = "assist-badge";
  element.textContent = count > 99 ? "99+" : String(count);
  element.setAttribute("aria-label", words("waiting", { count: String(count) }));
  return element;
}

function announce(id: string, text: string): void {
  const toast = document.createElement("div");
  toast.className = "desk-toast";
  toast.dataset.testid = "assist-toast";
  toast.dataset.requestId = id;
  const link = document.createElement("a");
  link.href = ASSIST;
  link.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.textContent = "✕";
  close.setAttribute("aria-label", words("dismiss", {}));
  close.onclick = () => toast.remove();
  toast.append(link, close);
  toasts().append(toast);
}

/** A live region must be in the page before what it announces. */
function toasts(): HTMLElement {
  const present = document.querySelector<HTMLElement>(".desk-toasts");
  if (present) return present;
  const element = document.createElement("div");
  element.className = "desk-toasts";
  element.setAttribute("role", "status");
  element.setAttribute("aria-live", "polite");
  document.body.append(element);
  return element;
}

function start(): void {
  tellZone();
  toasts();
  follow();
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
