/** Pictures of canvases, which are shown as the content of an element. */

import { PICTURE } from "../protocol/operations";
import type { AssetMap } from "./asset_map";

export class CanvasPictures {
  private readonly coming = new Set<Promise<unknown>>();
  /** Kept, so that the browser keeps what it has loaded; by element the newest one. */
  private readonly images = new WeakMap<HTMLElement, HTMLImageElement>();
  /** Addresses of what was put together here, by element; the last one is shown or about to be. */
  private readonly made = new Map<HTMLElement, string[]>();

  constructor(private readonly assets: AssetMap) {}

  /** `paint` once the picture can be drawn at once; of what comes meanwhile the newest counts. */
  show(canvas: HTMLElement, picture: string, paint: (address: string) => void): void {
    if (!PICTURE.test(picture)) throw new TypeError("a picture is named by digests");
    // Of the page's own document: what another one has loaded is loaded again for a style, and comes later.
    const image = canvas.ownerDocument.createElement("img");
    this.images.set(canvas, image);
    const shown = this.load(canvas, picture, image)
      .then(() => this.images.get(canvas) === image && this.paint(canvas, image.src, paint))
      .catch(() => undefined);
    this.coming.add(shown);
    this.assets.load(shown);
    void shown.finally(() => this.coming.delete(shown));
  }

  /** Those elements are gone. */
  forget(): void {
    for (const address of [...this.made.values()].flat()) URL.revokeObjectURL(address);
    this.made.clear();
  }

  async settled(): Promise<void> {
    await Promise.allSettled(this.coming);
  }

  private async load(canvas: HTMLElement, picture: string, image: HTMLImageElement): Promise<void> {
    const [whole, part, x, y] = picture.split(" ");
    image.src = this.assets.address(whole!);
    if (part) {
      const images = [image.src, this.assets.address(part)].map(loaded);
      image.src = await joined(await Promise.all(images), Number(x), Number(y));
      this.made.set(canvas, [...(this.made.get(canvas) ?? []), image.src]);
    }
    await image.decode();
  }

  private paint(canvas: HTMLElement, address: string, paint: (address: string) => void): void {
    paint(address);
    for (const made of this.made.get(canvas) ?? []) if (made !== address) URL.revokeObjectURL(made);
    if (this.made.has(canvas)) this.made.set(canvas, [address]);
  }
}

async function loaded(address: string): Promise<HTMLImageElement> {
  const image = document.createElement("img");
  image.src = address;
  await image.decode();
  return image;
}

/** The address of the first with the second in place of what is there. */
async function joined([whole, part]: HTMLImageElement[], x: number, y: number): Promise<string> {
  const canvas = document.createElement("canvas");
  canvas.width = whole!.naturalWidth;
  canvas.height = whole!.naturalHeight;
  const context = canvas.getContext("2d")!;
  context.drawImage(whole!, 0, 0);
  context.clearRect(x, y, part!.naturalWidth, part!.naturalHeight);
  context.drawImage(part!, x, y);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new TypeError("the picture is too large");
  return URL.createObjectURL(blob);
}
