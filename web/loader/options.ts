/** What the script tag says. */

export interface AppOptions {
  base: string;
  publicKey: string;
  language: string;
  nonce: string;
  hasButton: boolean;
}
