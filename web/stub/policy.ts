/** The one named policy of Trusted Types. */

import type { TrustedPolicy } from "../protocol/stub";

const asIs = (text: string): string => text;
const PLAIN: TrustedPolicy = { createScript: asIs, createScriptURL: asIs };

/** Where the page does not list our policy, plain text, which such a page refuses. */
export function trustedPolicy(): TrustedPolicy {
  const { trustedTypes } = window as {
    trustedTypes?: { createPolicy(name: string, rules: TrustedPolicy): TrustedPolicy };
  };
  try {
    return trustedTypes?.createPolicy("alongside", PLAIN) ?? PLAIN;
  } catch {
    return PLAIN;
  }
}
