/**
 * Entry of the script for pages that are not HTML: the capture code makes its source of them by `__alongsideNative`. It
 * comes as the capture code does, where the page hands one over (docs/native-pages.md).
 */

import { NativeSource } from "./source";

declare global {
  interface Window {
    __alongsideNative?: (...given: ConstructorParameters<typeof NativeSource>) => NativeSource;
  }
}

window.__alongsideNative = (...given) => new NativeSource(...given);
