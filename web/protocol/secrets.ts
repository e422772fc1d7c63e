/** What is secret wherever it stands, whatever a tenant's rules say. */

export const SECRET_NAME =
  /card[-_ ]?(num|no|holder|exp|code|sec)|credit[-_ ]?card|cc[-_]?(num|no|exp|csc|cvc|cvv)|cvc|cvv|csc\b|iban|pass(word|wd|phrase|code)|pwd|secret|\bpin\b|\botp\b/i;
/** Of parameters, as separate words: addresses also carry what no field is named after. */
const SECRET_WORD = /token|\b(auth|card|ccv|pin|otp|jwt|sid)\b|api key|session id|credential/;

/** Whether a parameter of this name is a secret, as `card`, `userPin` and `access_token`. */
export function isSecretName(name: string): boolean {
  const words = name.replace(/([a-z])(?=[A-Z])/g, "$1 ").replace(/[^a-z]+/gi, " ");
  return SECRET_NAME.test(name) || SECRET_WORD.test(words.toLowerCase());
}

/** What a part of an address says; in pages of older encodings it is written in theirs. */
export function decoded(text: string): string {
  const spaced = text.replace(/\+/g, " ");
  try {
    return decodeURIComponent(spaced);
  } catch {
    const letters = Array.from(unescape(spaced), (letter) => letter.charCodeAt(0) & 255);
    return new TextDecoder(document.characterSet).decode(Uint8Array.from(letters));
  }
}
