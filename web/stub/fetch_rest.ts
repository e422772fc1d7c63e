/** Fetches the rest of the loader: a script of its own, whose address names its content. */

import { type Assistance, CONTRACT, type RestScript, type Stub } from "../protocol/stub";
import type { Words } from "./words";

declare const REST_DIGEST: string;

/** `code` is stable: `network`, `blocked` by the page's policy, or `version` where it is of a build that does not fit. */
export interface RestProblem extends Error {
  code: "network" | "blocked" | "version";
}

type Made = (make: (stub: Stub) => Assistance) => Assistance;

/** `use` is called while its script runs. Rejects with a RestProblem. */
export function fetchRest({ options, policy }: Stub, words: Words, use: Made): Promise<Assistance> {
  return new Promise<Assistance>((resolve, reject) => {
    const fail = (code: RestProblem["code"], text: string): void => reject(Object.assign(new Error(text), { code }));
    const script = document.createElement("script") as RestScript;
    script.nonce = options.nonce;
    script.referrerPolicy = "origin";
    // A page is full of images when a session goes on there.
    script.fetchPriority = "high";
    script.take = (contract, make) => contract === CONTRACT && resolve(use(make));
    script.onload = () => fail("version", words["ended.version"]);
    script.onerror = () => fail("network", words["problem.network"]);
    try {
      script.src = policy.createScriptURL(`${options.base}/assist/loader/${REST_DIGEST}.js`);
    } catch {
      return fail("blocked", words["ended.blocked"]);
    }
    script.addEventListener("load", () => script.remove());
    script.addEventListener("error", () => script.remove());
    document.documentElement.append(script);
  });
}
