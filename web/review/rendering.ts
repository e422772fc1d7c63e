/** Once the video is ready the page is read again, with it, at the same time. */

import { listenToDesk } from "../console/desk_events";
import { find } from "../console/dom";
import { readRecording, recordingWords } from "../console/recording";

export function watchRendering(main: HTMLElement): void {
  if (main.dataset.state !== "pending" && main.dataset.state !== "rendering") return;
  const look = async () => {
    const facts = await readRecording(main.dataset.stateUrl ?? "");
    if (facts.state === "ready" || facts.state === "failed") location.reload();
    find("[data-recording-words]", main).textContent = recordingWords(facts);
    find<HTMLProgressElement>("[data-percent]", main).value = facts.percent;
  };
  listenToDesk({
    event: (kind) => void (/^recording\.|^joined$/.test(kind) && look()),
  });
}
