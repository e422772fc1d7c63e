/** What becomes of recordings while somebody looks: in the list, and on the page of one. */

import { listenToDesk } from "../console/desk_events";
import { find } from "../console/dom";
import { type RecordingFacts, recordingWords } from "../console/recording";

const AGAIN_MS = 2000;
const OPEN = ["pending", "rendering"];

/** Calls `look` now and then, at once when the desk says something, for as long as it resolves to true. */
function follow(look: () => Promise<boolean>): void {
  let timer = 0;
  let isLooking = false;
  const again = async (): Promise<void> => {
    if (isLooking) return;
    isLooking = true;
    clearTimeout(timer);
    const goesOn = document.hidden || (await look().catch(() => true));
    isLooking = false;
    if (goesOn) timer = window.setTimeout(() => void again(), AGAIN_MS);
  };
  listenToDesk({ event: (kind) => void (/^recording\.|^joined$/.test(kind) && again()) });
}

async function read<T>(url: string): Promise<T> {
  const answer = await fetch(url, { headers: { accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()) as T;
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
    const facts = await read<Record<string, RecordingFacts>>(`${list.dataset.statesUrl}?${wanted}`);
    for (const row of rows) tellRow(row, facts[row.dataset.recordingId ?? ""]);
    return open().length > 0;
  });
}

function tellRow(row: HTMLElement, facts: RecordingFacts | undefined): void {
  if (!facts) return;
  row.dataset.recordingState = facts.state;
  const state = find("[data-state]", row);
  state.dataset.state = facts.state;
  state.textContent = facts.label;
  find("[data-recording-words]", row).textContent = recordingWords(facts);
}

/** Once the video is ready the page is read again, with it. */
export function watchPage(main: HTMLElement): void {
  if (!OPEN.includes(main.dataset.state ?? "")) return;
  follow(async () => {
    const facts = await read<RecordingFacts>(main.dataset.stateUrl ?? "");
    if (facts.state === "ready" || facts.state === "failed") location.reload();
    find("[data-recording-words]", main).textContent = recordingWords(facts);
    find<HTMLProgressElement>("[data-percent]", main).value = facts.percent;
    return true;
  });
}
