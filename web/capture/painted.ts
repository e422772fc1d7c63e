/** What an element shows, as a picture of our own. */

type Drawable = HTMLImageElement | HTMLVideoElement | HTMLCanvasElement;

/** Of its own size; null where it has none. Throws what the browser does where it can't be read. */
export function painted(source: Drawable): HTMLCanvasElement | null {
  const { naturalWidth, videoWidth } = source as HTMLImageElement & HTMLVideoElement;
  const { naturalHeight, videoHeight } = source as HTMLImageElement & HTMLVideoElement;
  const canvas = document.createElement("canvas");
  canvas.width = naturalWidth ?? videoWidth ?? source.width;
  canvas.height = naturalHeight ?? videoHeight ?? source.height;
  if (!canvas.width || !canvas.height) return null;
  canvas.getContext("2d", { willReadFrequently: true })?.drawImage(source, 0, 0);
  return canvas;
}

export function blobOf(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob | null> {
  return new Promise((resolve) => canvas.toBlob(resolve, type, quality));
}

/** Of a `blob:` URL; what was revoked since is still on the page. */
export async function readBlob(url: string): Promise<{ bytes: Uint8Array; type: string }> {
  const blob = await fetch(url).then(
    (response) => response.blob(),
    () => pictureOf(url),
  );
  return { bytes: new Uint8Array(await blob.arrayBuffer()), type: blob.type };
}

function* imagesIn(root: ParentNode): Iterable<HTMLImageElement> {
  for (const element of root.querySelectorAll("*")) {
    if (element.localName === "img") yield element as HTMLImageElement;
    if (element.shadowRoot) yield* imagesIn(element.shadowRoot);
  }
}

async function pictureOf(url: string): Promise<Blob> {
  const image = Array.from(imagesIn(document)).find(({ currentSrc }) => currentSrc === url);
  const canvas = image && painted(image);
  const blob = canvas && (await blobOf(canvas, "image/png"));
  if (!blob) throw new TypeError("nothing shows it");
  return blob;
}
