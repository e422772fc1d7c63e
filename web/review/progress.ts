/** What becomes of recordings while somebody looks: in the list, and on the page of one. */

import { listenToDesk } from "../console/desk_events";
import { find } from "../console/dom";
import { type RecordingFacts, recordingWords } from "../console/recording";
import { wordOf } from "../console/words";
import { read, type Unreadable } from "./reading";

const AGAIN_MS = 2000;
const OPEN = ["pending", "rendering"];

/**
 * Calls `look` now and then, at once when the desk says something, for as long as it resolves to true; `lost` when what it
 * looks at is not there for this person any more.
 */
function follow(look: () => Promise<boolean>, lost: () => void = () => undefined): void {
  let timer = 0;
  let isLooking = false;
  const failed = (error: Unreadable): boolean => {
    if (error.lost) lost();
    return !error.lost;
  };
  const again = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    clearTimeout(timer);
    const goesOn = document.hidden || (await look().catch(failed));
    isLooking = false;
    if (goesOn) timer = window.setTimeout(() => void again(), AGAIN_MS);
  };
  listenToDesk({ event: (kind) => void (/^recording\.|^joined$/.test(kind) && again()) });
}

/** The words of each row that is not at its end; its state is read again with the page. */
export function watchList(list: HTMLElement): void {
  const open = (): HTMLElement[] =>
    [...list.querySelectorAll<HTMLElement>("[data-recording-id]")].filter((row) =>
      OPEN.includes(row.dataset.recordingState ?? ""),
    );
  follow(async () => {
    const rows = open();
    if (!rows.length) return false;
    const wanted = rows.map((row) => `id=${row.dataset.recordingId}`).join("&");
    const answer = await read(`${list.dataset.statesUrl}?${wanted}`);
    const facts = (await answer.json()) as Record<string, RecordingFacts>;
    for (const row of rows) tellRow(row, facts[row.dataset.recordingId ?? ""]);
    return open().length > 0;
  });
}

function tellRow(row: HTMLElement, facts: RecordingFacts | undefined): void {
  const words = find("[data-recording-words]", row);
  row.dataset.recordingState = facts?.state ?? "deleted";
  words.textContent = facts ? recordingWords(facts) : wordOf("recording", "deleted");
  if (!facts) return;
  const state = find("[data-state]", row);
  state.dataset.state = facts.state;
  state.textContent = facts.label;
}

/** Once the video is ready, or has failed, the page is read again; where somebody is writing only when they say so. */
export function watchPage(main: HTMLElement, lost: () => void): void {
  if (!OPEN.includes(main.dataset.state ?? "")) return;
  let isWriting = false;
  main.addEventListener("input", (event) => {
    isWriting ||= (event.target as Element).closest("form") !== null;
  });
  const look = async (): Promise<boolean> => {
    const facts = (await (await read(main.dataset.stateUrl ?? "")).json()) as RecordingFacts;
    find("[data-recording-words]", main).textContent = recordingWords(facts);
    find<HTMLProgressElement>("[data-percent]", main).value = facts.percent;
    if (OPEN.includes(facts.state)) return true;
    if (!isWriting) location.reload();
    else offer(main);
    return false;
  };
  follow(look, lost);
}

function offer(main: HTMLElement): void {
  const place = find("[data-over]", main);
  find("button", place).addEventListener("click", () => location.reload());
  place.hidden = false;
}
