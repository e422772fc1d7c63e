const HALF_PAIRS = /\p{Surrogate}/gu;

/** At most `most` UTF-16 units; half of a surrogate pair, which the server refuses, becomes U+FFFD. */
export function clipped(text: string, most: number): string {
  return text.slice(0, most).replace(HALF_PAIRS, "\uFFFD");
}

/** The same length without the content; white space stays, so that lines break in the same places. */
export function bullets(text: string): string {
  return text.replace(/\S/gu, "•");
}
