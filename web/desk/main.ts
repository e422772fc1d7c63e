/** In every page of the desk: how many visitors wait for assistance, and a message the moment another asks. */

import { chooseWords } from "./words";

interface Waiting {
  count: number;
  requests: { id: string; who: string; page: string }[];
  /** Sessions that are offered to this person, by the session's id. */
  hand_overs: { id: string; who: string; agent: string }[];
}

const ASSIST = "/desk/assist/";
const RETRY_FIRST_MS = 500;
const RETRY_MOST_MS = 10_000;
const NOT_SIGNED_IN = 4401;
const MEMBERSHIP_ENDED = 4403;
const words = chooseWords(document.documentElement.lang);
const title = document.title;

/** Requests that were there before this page, or have been announced on it. */
let known: Set<string> | null = null;
let retryMs = RETRY_FIRST_MS;
let asking: Promise<void> | null = null;
let askAgain = false;

function connect(): void {
  const address = new URL("/ws/desk/", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.onmessage = ({ data }) => onMessage(JSON.parse(String(data)));
  socket.onclose = ({ code }) => onClose(code);
}

function onMessage(message: { type: string; kind?: string }): void {
  if (message.type === "hello") retryMs = RETRY_FIRST_MS;
  if (message.type === "hello" || /^(request|hand_over|session)\./.test(message.kind ?? "")) refresh();
}

function onClose(code: number): void {
  if (code === NOT_SIGNED_IN || code === MEMBERSHIP_ENDED) return;
  setTimeout(connect, retryMs * (0.5 + Math.random()));
  retryMs = Math.min(retryMs * 2, RETRY_MOST_MS);
}

/** One question at a time; what changes meanwhile is asked about again. */
function refresh(): void {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = ask().finally(() => {
    asking = null;
    if (askAgain) {
      askAgain = false;
      refresh();
    }
  });
}

async function ask(): Promise<void> {
  const answer = await fetch("/desk/live/", { headers: { Accept: "application/json" }, redirect: "error" });
  if (answer.ok) show((await answer.json()) as Waiting);
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
  toasts();
  connect();
}

if (document.readyState === "loading") addEventListener("DOMContentLoaded", start);
else start();
