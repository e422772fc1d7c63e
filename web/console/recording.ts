/** What has become of the session's recording; asked again at each event, since it is made after the end. */

import { element, find } from "./dom";
import { clock, word, wordOf } from "./words";

export interface RecordingFacts {
  state: "none" | "preparing" | "pending" | "rendering" | "ready" | "failed";
  /** The state in words. */
  label: string;
  percent: number;
  /** An estimate; null while there is none. */
  remaining_ms: number | null;
  /** What to do about a failure. */
  advice: string;
  url: string;
}

export async function readRecording(url: string): Promise<RecordingFacts> {
  const answer = await fetch(url, { headers: { accept: "application/json" } });
  if (!answer.ok) return { state: "preparing", label: "", percent: 0, remaining_ms: null, advice: "", url: "" };
  return (await answer.json()) as RecordingFacts;
}

export function recordingWords(facts: RecordingFacts): string {
  if (facts.advice) return facts.advice;
  if (facts.state !== "rendering") return wordOf("recording", facts.state);
  const { percent, remaining_ms } = facts;
  if (remaining_ms === null) return word("recording.rendering", { percent });
  return word("recording.rendering_left", { percent, left: clock(Math.ceil(remaining_ms / 1000) * 1000) });
}

export async function showRecording(main: HTMLElement): Promise<void> {
  if (main.dataset.state !== "ended") return;
  const place = find("[data-recording]", main);
  const facts = await readRecording(main.dataset.recordingUrl ?? "");
  place.replaceChildren(recordingWords(facts));
  if (facts.url) place.append(" ", element("a", word("recording.open"), { href: facts.url }));
}
