/** What has become of the session's recording; asked again at each event, since it is made after the end. */

import { element, find } from "./dom";
import { word, wordOf } from "./words";

export interface RecordingFacts {
  state: "none" | "preparing" | "pending" | "rendering" | "ready" | "failed";
  percent: number;
  url: string;
}

export async function readRecording(url: string): Promise<RecordingFacts> {
  const answer = await fetch(url, { headers: { accept: "application/json" } });
  if (!answer.ok) return { state: "preparing", percent: 0, url: "" };
  return (await answer.json()) as RecordingFacts;
}

export function recordingWords(facts: RecordingFacts): string {
  return facts.state === "rendering"
    ? word("recording.rendering", { percent: facts.percent })
    : wordOf("recording", facts.state);
}

export async function showRecording(main: HTMLElement): Promise<void> {
  if (main.dataset.state !== "ended") return;
  const place = find("[data-recording]", main);
  const facts = await readRecording(main.dataset.recordingUrl ?? "");
  place.replaceChildren(recordingWords(facts));
  if (facts.url) place.append(" ", element("a", word("recording.open"), { href: facts.url }));
}
