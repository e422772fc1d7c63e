/** What is told of a picture that the page shows and no script may read. */

/** Once the page's own pictures from there have come or failed: before, they have no size. */
export function shown(url: string): Promise<unknown> {
  const coming = Array.from(document.images).filter(({ src, complete }) => !complete && src === url);
  return Promise.allSettled(coming.map((image) => image.decode()));
}

/** Of a picture on the page; nothing where there is none. */
export function sizeOf(url: string): [width: number, height: number] | [] {
  const image = Array.from(document.images).find(({ currentSrc }) => currentSrc === url);
  return image ? [image.naturalWidth, image.naturalHeight] : [];
}
