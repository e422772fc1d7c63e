/** Entry of the stage: a console hands over a port, or the video worker uses `window.alongsideStage`. */

import { IS_THERE, type StageCommand, type StagePlayer } from "../protocol/seam";
import { AssetMap } from "./asset_map";
import { Player } from "./player";
import { Stage } from "./stage";
import { View } from "./view";

declare global {
  interface Window {
    alongsideStage?: StagePlayer;
  }
}

let player: Player | null = null;

function ownPlayer(): Player {
  player ??= newPlayer();
  return player;
}

/** With an empty stage: nothing stays of what another one has shown. */
function newPlayer(): Player {
  const [holder, assets] = [document.getElementById("stage"), new AssetMap(document.baseURI)];
  document.documentElement.style.overflow = "hidden"; // what is enlarged is larger than the picture
  holder?.replaceChildren();
  return new Player(new View(holder ?? document.body, assets), assets);
}

window.alongsideStage = {
  load: (entries) => {
    player = newPlayer();
    return player.load(entries);
  },
  seek: (atMs) => ownPlayer().seek(atMs),
  changes: (fromMs, toMs) => ownPlayer().changes(fromMs, toMs),
  marks: (fromMs, toMs) => ownPlayer().marks(fromMs, toMs),
};

/** The first port from the desk wins: what comes later, or from elsewhere, could be from anybody. */
let connected = false;
const { deskOrigin } = document.documentElement.dataset;
window.addEventListener("message", (event: MessageEvent) => {
  const [port] = event.ports;
  if (connected || event.source !== window.parent) return;
  if (deskOrigin && event.origin !== deskOrigin) return;
  if (!port) return window.parent.postMessage(IS_THERE, event.origin);
  connected = true;
  const stage = new Stage(document.body, (report) => port.postMessage(report));
  port.onmessage = ({ data }: MessageEvent<StageCommand>) => stage.command(data);
});
document.body.style.margin = "0";
