// Names that only a class itself uses, as `this.name`: in what a visitor downloads they can be short.

import { readFileSync } from "node:fs";
import { build } from "esbuild";

const COMMENTS = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm;
const DECLARATION = "private (?:readonly |async |get |set |\\*)*";

/** As a pattern for `mangleProps`: those that occur in no other way in any file of the bundle, libraries included. */
export async function privateNames(entry, options) {
  const { metafile } = await build({ ...options, entryPoints: [entry], write: false, metafile: true });
  const files = Object.keys(metafile.inputs).map((path) => readFileSync(path, "utf8").replace(COMMENTS, ""));
  const declared = files.flatMap((text) => [...text.matchAll(new RegExp(`${DECLARATION}([A-Za-z]\\w*)`, "g"))]);
  const names = new Set(declared.map(([, name]) => name));
  const own = [...names].filter((name) => files.every((text) => !isUsedOtherwise(name, text)));
  return new RegExp(`^(?:${own.join("|")})$`);
}

function isUsedOtherwise(name, text) {
  const uses = text.match(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, "g"))?.length ?? 0;
  if (!uses) return false;
  const declarations = text.match(new RegExp(`${DECLARATION}${name}(?![\\w$])`, "g"))?.length ?? 0;
  const own = text.match(new RegExp(`(?<![\\w$.])this\\.${name}(?![\\w$])`, "g"))?.length ?? 0;
  return !declarations || declarations + own < uses;
}
