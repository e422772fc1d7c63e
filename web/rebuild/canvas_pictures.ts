/** Pictures of canvases, which are shown as the content of an element. */

import type { AssetMap } from "./asset_map";

export class CanvasPictures {
  private readonly coming = new Set<Promise<void>>();
  /** Kept, so that the browser keeps what it has loaded. */
  private readonly images = new WeakMap<HTMLElement, HTMLImageElement>();

  constructor(private readonly assets: AssetMap) {}

  /** `paint` once the picture can be drawn at once. */
  show(canvas: HTMLElement, sha256: string, paint: (address: string) => void): void {
    const address = this.assets.address(sha256);
    // Of the page's own document: what another one has loaded is loaded again for a style, and comes later.
    const image = canvas.ownerDocument.createElement("img");
    image.src = address;
    const shown = image
      .decode()
      .then(() => paint(address))
      .catch(() => undefined);
    this.images.set(canvas, image);
    this.coming.add(shown);
    this.assets.load(shown);
    void shown.finally(() => this.coming.delete(shown));
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.coming);
  }
}
