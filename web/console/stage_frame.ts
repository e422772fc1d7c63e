/**
 * The stage's iframe, which the document brings along so that it loads beside our script, and the MessagePort to it; used
 * by the console and by the review page.
 */

import { IS_THERE, type StageCommand, type StageReport, type Viewport } from "../protocol/seam";
import { find } from "./dom";

const START_DEADLINE_MS = 15_000;

export interface StageHandlers {
  report(report: StageReport): void;
  /** The stage's document did not answer in time. */
  failed(): void;
}

/** Shown size of the stage: scaled down to fit, never up; or at its own size, to be scrolled. */
export class StageFrame {
  readonly origin: string;
  private readonly frame: HTMLIFrameElement;
  private port: MessagePort | null = null;
  private waiting: [StageCommand, Transferable[]][] = [];
  private size = { width: 1280, height: 720 };
  private isReady = false;
  private fits = true;

  constructor(
    private readonly area: HTMLElement,
    private readonly box: HTMLElement,
    private readonly handlers: StageHandlers,
  ) {
    this.frame = find("iframe", box);
    this.origin = new URL(this.frame.src).origin;
    this.meet();
    setTimeout(() => this.isReady || this.handlers.failed(), START_DEADLINE_MS);
    const moves = new ResizeObserver(() => this.place());
    for (const element of [this.area, this.box, ...document.querySelectorAll("header")]) moves.observe(element);
    this.place();
  }

  /** Commands wait until the stage has said that it is ready. */
  post(command: StageCommand, transfer: Transferable[] = []): void {
    if (this.port && this.isReady) this.port.postMessage(command, transfer);
    else this.waiting.push([command, transfer]);
  }

  resize(viewport: Viewport): void {
    if (viewport.width === this.size.width && viewport.height === this.size.height) return;
    this.size = { width: viewport.width, height: viewport.height };
    this.place();
  }

  setFits(fits: boolean): void {
    this.fits = fits;
    this.place();
  }

  /** It is told the port when it is there: when it has loaded, or at once where it had before our script ran. */
  private meet(): void {
    this.frame.addEventListener("load", () => this.connect());
    window.addEventListener("message", ({ source, origin, data }) => {
      if (source === this.frame.contentWindow && origin === this.origin && data === IS_THERE) this.connect();
    });
    this.frame.contentWindow?.postMessage(IS_THERE, "*"); // which nobody hears in the document that is there until then
  }

  /** The port goes to the stage's origin only, and the stage takes one from the desk's origin only. */
  private connect(): void {
    if (this.port) return;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.onmessage = (event: MessageEvent<StageReport>) => this.receive(event.data);
    this.frame.contentWindow?.postMessage(IS_THERE, this.origin, [port2]);
  }

  private receive(report: StageReport): void {
    if (report.type === "ready") this.flush();
    if (report.type === "applied" || report.type === "shown") this.resize(report.viewport);
    this.handlers.report(report);
  }

  private flush(): void {
    this.isReady = true;
    for (const [command, transfer] of this.waiting) this.port?.postMessage(command, transfer);
    this.waiting = [];
  }

  private place(): void {
    const { width, height } = this.size;
    const room = this.room();
    const scale = this.fits ? Math.min(1, room.width / width, room.height / height) : 1;
    Object.assign(this.frame.style, { width: `${width}px`, height: `${height}px` });
    this.frame.style.transform = scale === 1 ? "none" : `scale(${scale})`;
    Object.assign(this.box.style, {
      width: `${Math.floor(width * scale)}px`,
      height: `${Math.floor(height * scale)}px`,
      translate: "none",
    });
    const { left, top } = this.box.getBoundingClientRect();
    // On whole pixels a page at its own size is as sharp here as it is at the visitor's.
    this.box.style.translate = `${Math.round(left) - left}px ${Math.round(top) - top}px`;
  }

  private room(): { width: number; height: number } {
    const style = getComputedStyle(this.area);
    const across = parseFloat(style.paddingLeft) + parseFloat(style.paddingRight);
    const down = parseFloat(style.paddingTop) + parseFloat(style.paddingBottom);
    return { width: Math.max(1, this.area.clientWidth - across), height: Math.max(1, this.area.clientHeight - down) };
  }
}
