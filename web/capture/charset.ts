/** As all style sheets are stored. */
export function inUtf8(bytes: Uint8Array, { headers }: Response): Uint8Array {
  const rule = /^@charset "([^"]+)"/.exec(new TextDecoder("latin1").decode(bytes.subarray(0, 60)));
  const named =
    /charset="?([^";]+)/i.exec(headers.get("content-type") ?? "")?.[1] ?? rule?.[1] ?? document.characterSet;
  try {
    return bytes[0] === 0xef || /^utf-?8$/i.test(named)
      ? bytes
      : new TextEncoder().encode(new TextDecoder(named).decode(bytes));
  } catch {
    return bytes;
  }
}
