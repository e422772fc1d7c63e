/** What media queries say of the visitor's machine. */

import type { Media } from "../protocol/operations";

/** The value that most machines have first. */
const FEATURES = {
  "prefers-color-scheme": "light dark",
  "prefers-reduced-motion": "no-preference reduce",
  "prefers-contrast": "no-preference more less custom",
  "forced-colors": "none active",
  hover: "hover none",
  "any-hover": "hover none",
  pointer: "fine coarse none",
  "any-pointer": "fine coarse none",
  "display-mode": "browser standalone minimal-ui fullscreen",
};
let asked: [feature: string, value: string, list: MediaQueryList][] | null = null;

/** Only what is not usual. */
export function visitorMedia(): Media {
  asked ??= Object.entries(FEATURES).flatMap(([feature, values]) =>
    values
      .split(" ")
      .map((value): [string, string, MediaQueryList] => [feature, value, matchMedia(`(${feature}: ${value})`)]),
  );
  const media: Media = {};
  for (const [feature, value, { matches }] of asked)
    if (matches) media[feature] = `${media[feature] ?? ""} ${value}`.trim();
  for (const [feature, values] of Object.entries(FEATURES))
    if (media[feature] === values.split(" ")[0]) delete media[feature];
  if (matchMedia("print").matches) media.type = "print";
  return media;
}
