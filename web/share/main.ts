import { element, find, followTheme } from "../console/dom";
import { word } from "../console/words";

/** The address of the video counts for minutes only: after that a jump needs a new one. */
const AGAIN_MS = 5000;
const MARKS = 24;
/** A link that is revoked, or has expired, stops the video within this time. */
const LOOK_AGAIN_MS = 60_000;

interface Facts {
  tenant: string;
  expires_at: string;
  signed_in_as: string;
}

class Refused extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

followTheme();
const page = document.querySelector<HTMLElement>("[data-share]");
if (page) void show(page);

async function show(page: HTMLElement): Promise<void> {
  const token = location.hash.slice(1);
  addEventListener("hashchange", () => location.reload());
  const form = find<HTMLFormElement>("form", page);
  try {
    const facts = (await ask(page, "lookUrl", { token })) as unknown as Facts;
    lookAgain(page, token, Date.parse(facts.expires_at));
    find("[data-tenant]").textContent = facts.tenant;
    find("[data-expires]").textContent = new Date(facts.expires_at).toLocaleString(document.documentElement.lang);
    if (facts.signed_in_as) {
      find("[data-stranger]").remove();
      find("[data-known]").hidden = false;
      find("[data-known-name]").textContent = facts.signed_in_as;
    }
    enter(page, "who");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void begin(page, token, new FormData(form));
    });
  } catch (error) {
    tell(page, error);
  }
}

/** For as long as the link counts; what has failed for another reason is asked again. */
function lookAgain(page: HTMLElement, token: string, expiresAt: number): void {
  const wait = Math.min(LOOK_AGAIN_MS, Math.max(0, expiresAt - Date.now()) + 1);
  setTimeout(async () => {
    const error = await ask(page, "lookUrl", { token }).catch((failed: unknown) => failed);
    if (isDead(error)) enter(page, "dead");
    else lookAgain(page, token, Math.max(expiresAt, Date.now() + AGAIN_MS));
  }, wait);
}

async function begin(page: HTMLElement, token: string, given: FormData): Promise<void> {
  const who = { name: given.get("name") ?? "", email: given.get("email") ?? "" };
  try {
    const { pass, title, watermark } = await ask(page, "beginUrl", { token, ...who });
    document.title = find("[data-title]").textContent = String(title);
    enter(page, "watching");
    draw(find("[data-watermark]"), String(watermark));
    watch(page, token, String(pass));
  } catch (error) {
    tell(page, error);
  }
}

function watch(page: HTMLElement, token: string, pass: string): void {
  const video = find<HTMLVideoElement>("video", page);
  let askedAt = 0;
  const load = async () => {
    const at = video.currentTime;
    askedAt = performance.now();
    try {
      const { url } = await ask(page, "videoUrl", { token, pass });
      hideFault(page);
      video.src = String(url);
      video.currentTime = at;
      await video.play().catch(() => undefined); // a browser may want a click first
    } catch (error) {
      video.pause();
      tell(page, error, load);
    }
  };
  video.addEventListener("error", () => {
    if (performance.now() - askedAt > AGAIN_MS) void load();
    else tell(page, new Error(word("share.failed")), load);
  });
  const screening = find("[data-screening]", page);
  find("[data-full]", page).addEventListener("click", () => void screening.requestFullscreen?.());
  void load();
}

/** The text all over the picture; whoever takes it away stops the video. */
function draw(watermark: HTMLElement, text: string): void {
  const marks = () => watermark.replaceChildren(...Array.from({ length: MARKS }, () => element("span", text)));
  marks();
  const box = watermark.parentElement as HTMLElement;
  new MutationObserver((changes, observer) => {
    if (changes.every((change) => change.target === box && watermark.isConnected && box.lastElementChild === watermark))
      return;
    observer.disconnect();
    find<HTMLVideoElement>("video").pause();
    location.reload();
  }).observe(box, { childList: true, subtree: true, characterData: true });
}

function enter(page: HTMLElement, state: string): void {
  page.dataset.state = state;
  if (state === "dead") find<HTMLVideoElement>("video", page).removeAttribute("src");
  if (state === "dead") find<HTMLVideoElement>("video", page).load();
  for (const part of page.querySelectorAll<HTMLElement>("[data-for]")) part.hidden = part.dataset.for !== state;
  hideFault(page);
  page.querySelector<HTMLElement>("[data-for]:not([hidden]) :is(input:not([type=hidden]), video)")?.focus();
}

function isDead(error: unknown): boolean {
  return error instanceof Refused && error.code === "link_dead";
}

function hideFault(page: HTMLElement): void {
  find("[data-fault]", page).hidden = true;
}

/** What has failed, and where there is something to do about it, a button that does it. */
function tell(page: HTMLElement, error: unknown, again?: () => void): void {
  if (isDead(error)) return enter(page, "dead");
  const fault = find("[data-fault]", page);
  fault.replaceChildren(element("span", (error as Error).message));
  if (again) {
    const button = element("button", word("share.again"), { type: "button", class: "plain" });
    button.addEventListener("click", () => again());
    fault.append(" ", button);
  }
  fault.hidden = false;
}

async function ask(page: HTMLElement, name: string, body: Record<string, unknown>): Promise<Record<string, unknown>> {
  const csrf = find<HTMLInputElement>("[name=csrfmiddlewaretoken]", page).value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrf };
  const unheard = new Error(word("share.unheard"));
  const asked = fetch(page.dataset[name] ?? "", { method: "POST", headers, body: JSON.stringify(body) });
  const answer = await asked.catch(() => Promise.reject(unheard));
  const told = await answer.json().catch(() => Promise.reject(unheard));
  if (!answer.ok) throw new Refused(String(told.code), String(told.detail));
  return told;
}
