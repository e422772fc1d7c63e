/**
 * Frames that nobody can look into, of an origin that the tenant allows: where the loader is inside it captures there,
 * and tells over a port what this page shows in the place of the frame (docs/decisions/0016).
 */

import type { Mutation, SentOperation } from "../protocol/operations";
import type { CaptureHost } from "../protocol/seam";
import type { Assets } from "./assets";
import type { Changed } from "./events";
import { focusedOf, given, inner } from "./given";
import type { Masking } from "./masking";
import { Mirror } from "./mirror";
import { frameDocument } from "./nodes";
import type { Recorder } from "./recorder";
import { are, isDigest, isNumber, isText, refuse, type Told, toldBy } from "./told";
import { origin as originOf } from "./urls";

const MOST_FRAMES = 20;
/** So long nobody is told that it can't be read. */
const ANSWER_MS = 10_000;
const MOST_LENGTH = 2_000_000;
const MOST_OPERATIONS = 2000;
const MOST_ASSETS = 1000;
const OFFER_EVERY_MS = 50;
const MOST_ASSET_BYTES = 16 * 1024 * 1024;
/** Of what one page may have, this is left to it. */
const LARGEST_PAGE = 150_000;

/** What the frame's capture code tells in one go; another comes only when the page has taken it. */
export interface Batch {
  /** A new document. */
  root?: unknown;
  /** Of the page, between two pauses. */
  turn: number;
  change?: Mutation | null;
  operations: unknown[][];
}

interface Place {
  readonly host: CaptureHost;
  readonly assets: Assets;
  readonly masking: Masking;
  readonly recorder: Recorder;
  readonly changed: Changed;
}

export class Frames {
  private readonly grafts = new Map<Element, Graft>();
  private isResting = false;

  constructor(private readonly place: Place) {}

  /** It is read, or `isNew` in it. */
  offer(frame: Element, isNew: boolean): void {
    if (isNew) this.drop(frame);
    const { handOver } = this.place.host;
    const to = handOver && !this.grafts.has(frame) && addressee(frame, handOver.isNamed);
    if (!to || this.grafts.size >= MOST_FRAMES || this.place.masking.masksText(frame)) return;
    const { port1, port2 } = new MessageChannel();
    this.grafts.set(frame, new Graft(frame, port1, this.place, () => this.drop(frame)));
    const said = { alongside: "frame", ticket: handOver.ticket("frame") };
    (frame as HTMLIFrameElement).contentWindow?.postMessage(said, to, [port2]);
    if (!this.isResting) this.grafts.get(frame)!.begin();
  }

  /** Whether it may still answer. */
  awaits(frame: Element): boolean {
    return this.grafts.get(frame)?.isAwaited === true;
  }

  /** The tree is what the frames have told: they may tell more. */
  flushed(): void {
    for (const [frame, graft] of this.grafts) {
      if (!frame.isConnected || this.place.masking.masksText(frame)) this.drop(frame);
      else graft.goOn();
    }
  }

  drain(): SentOperation[] {
    return [...this.grafts.values()].flatMap((graft) => graft.drain());
  }

  /** Nothing is captured in them until `begin`. */
  rest(): void {
    this.isResting = true;
    for (const graft of this.grafts.values()) graft.rest();
  }

  /** All that is not in the tree is told anew. */
  begin(): void {
    this.isResting = false;
    for (const graft of this.grafts.values()) graft.begin();
  }

  stop(): void {
    for (const frame of this.grafts.keys()) this.drop(frame);
  }

  private drop(frame: Element): void {
    this.grafts.get(frame)?.end();
    this.grafts.delete(frame);
  }
}

let line: Promise<unknown> = Promise.resolve();

class Graft {
  isAwaited = true;
  private readonly mirror: Mirror;
  private waiting: Told[] = [];
  private owes = false;
  private turn = 0;
  private offered = 0;
  private bytes = 0;
  private readonly wanted = new Set<string>();
  private readonly timer: number;

  constructor(
    private readonly frame: Element,
    private readonly port: MessagePort,
    private readonly place: Place,
    drop: () => void,
  ) {
    const { recorder } = place;
    this.mirror = new Mirror(frame, (node) => recorder.markNode(node));
    this.timer = window.setTimeout(() => this.answered(), ANSWER_MS);
    port.onmessage = ({ data }) => {
      try {
        this.hear(data);
      } catch {
        drop(); // whoever it is that tells this
      }
    };
  }

  begin(): void {
    this.say("begin", { limits: this.place.host.limits, turn: this.turn });
  }

  /** What is on its way already is not taken. */
  rest(): void {
    this.turn++;
    this.owes = false;
    this.say("rest");
  }

  private say(...said: unknown[]): void {
    this.port.postMessage(said);
  }

  goOn(): void {
    if (this.owes) this.say("go");
    this.owes = false;
  }

  drain(): SentOperation[] {
    const told = this.waiting.splice(0).map((one) => one((node) => this.place.recorder.idOf(node)));
    return told.filter((one) => one !== null);
  }

  end(): void {
    clearTimeout(this.timer);
    this.say("end");
    this.port.close();
    if (inner.has(this.frame)) this.mirror.end();
  }

  private answered(): void {
    this.isAwaited = false;
    this.place.recorder.markNode(this.frame);
  }

  private hear(data: unknown): void {
    if (isText(data)) return this.take(data);
    const [what, key, ...rest] = data as unknown[];
    if (what === "offer") this.offer(key, rest[0]);
    else if (what === "upload") this.upload(key, rest);
    else refuse();
  }

  private take(text: string): void {
    const { recorder, masking } = this.place;
    if (text.length > MOST_LENGTH || recorder.model.size > LARGEST_PAGE || masking.masksText(this.frame)) refuse();
    const { root, change, operations, turn } = JSON.parse(text) as Batch;
    if (turn !== this.turn) return;
    if (this.owes || this.waiting.length + operations.length > MOST_OPERATIONS) refuse();
    this.owes = true;
    if (root) this.mirror.begin(root);
    if (!inner.has(this.frame)) refuse();
    if (change) this.mirror.apply(change);
    for (const operation of operations) this.note(operation);
    if (this.isAwaited) this.answered();
    this.place.changed(!root && !change && operations.every(([name]) => name === "pointer"));
  }

  private note(operation: unknown[]): void {
    const [name, , first, second] = operation;
    if (name === "assets") this.adopt(first as object);
    else if (name === "unread") this.miss(first);
    else if (name === "click" && (first === "focus" || first === "blur")) this.focus(first, second, operation[4]);
    else {
      const told = toldBy(operation, (id) => this.mirror.find(id));
      if (told) this.waiting.push(told);
    }
  }

  /** The page tells it, which knows whether the frame has the focus. */
  private focus(kind: string, id: unknown, ring: unknown): void {
    const [root, element] = [inner.get(this.frame)!, this.mirror.find(id) as Element];
    given.get(element)!.ring = ring === 1;
    if (kind === "focus") focusedOf.set(root, element);
    else if (focusedOf.get(root) === element) focusedOf.delete(root);
  }

  private adopt(found: object): void {
    for (const [name, sha256] of Object.entries(found)) {
      if (!isDigest(sha256)) refuse();
      this.place.assets.adopt(name, sha256, this.frame);
    }
  }

  private miss(unread: unknown): void {
    if (!are(unread, (one) => are(one, (part) => isText(part) || typeof part === "number"))) refuse();
    for (const [what, reason] of unread as [string, string][])
      this.place.assets.miss(what.slice(0, 300), reason.slice(0, 50));
  }

  /** One at a time, of all frames: the line of the page takes so many messages and no more. */
  private offer(key: unknown, assets: unknown): void {
    const isGood = are(assets, (one) => {
      const [sha256, size] = one as unknown[];
      return isDigest(sha256) && isNumber(size) && size > 0;
    });
    this.offered += 1 + (assets as []).length;
    if (!isGood || this.offered > MOST_ASSETS) refuse();
    const pause = new Promise((resolve) => setTimeout(resolve, OFFER_EVERY_MS));
    const ask = (): Promise<string[]> => this.place.host.offerAssets(assets as [string, number, string][]);
    line = Promise.all([line, pause])
      .then(ask)
      .then((wanted) => {
        for (const sha256 of wanted) this.wanted.add(sha256);
        this.say("answer", key, wanted);
      });
  }

  private upload(key: unknown, [sha256, type, bytes]: unknown[]): void {
    if (!this.wanted.has(String(sha256)) || !isText(type) || !(bytes instanceof Uint8Array)) refuse();
    this.bytes += bytes.length;
    if (this.bytes > MOST_ASSET_BYTES) refuse();
    void this.place.host.uploadAsset(String(sha256), type, bytes).then((isThere) => this.say("answer", key, isThere));
  }
}

/** To whom of what is in the frame is spoken: "*" where a sandbox leaves it no origin of its own; null for a stranger. */
function addressee(frame: Element, isNamed: (origin: string) => boolean): string | null {
  const { src = "", srcdoc, localName } = frame as HTMLIFrameElement;
  if (!/^i?frame$/.test(localName) || frameDocument(frame).length) return null;
  const own = location.origin;
  const origin = srcdoc || !src ? own : originOf(src, own);
  const isAllowed = origin === own || isNamed(String(origin));
  const isOpaque = !/allow-same-origin/i.test(frame.getAttribute("sandbox") ?? "allow-same-origin");
  if (isOpaque) return isAllowed ? "*" : null;
  return isAllowed && origin !== own ? origin : null;
}
