// Names that stand for nothing outside of one bundle: in what a visitor downloads they can be short.

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const COMMENTS = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm;
/** How a member is declared, before and after its name, and how it is used. */
const PRIVATE = ["private (?:readonly |async |get |set |\\*)*", "", "(?<![\\w$.])this\\."];
const PUBLIC = ["^ {2}(?:(?:static|async|get|set|readonly) |\\*)*", "(?:\\(|(?:: [^=;\\n]+)? = )", "\\."];
/** Names of variables and parameters, too, or of what an object holds that is never written down. */
const AMONG_OURSELVES = (
  "outbox growing ticker grafts isSpent hooks sendWhole canvases checkpoints changedAt enteredAt nextAt rootIds storm " +
  "rhythm isLossy budget"
).split(" ");
/** What bundles say to each other. */
const SEAMS = ["protocol/seam.ts", "protocol/stub.ts"];

function sources(folder) {
  return readdirSync(join(web, folder)).map((file) => join(folder, file));
}

function code(path) {
  return readFileSync(path, "utf8").replace(COMMENTS, "");
}

/** The seams with all that they are declared by, and the bundle that calls what another one hands over. */
function sharedFiles() {
  const seams = new Set(SEAMS);
  for (const path of seams)
    for (const [, name] of code(join(web, path)).matchAll(/from "(\.[^"]+)"/g))
      seams.add(join(dirname(path), `${name}.ts`));
  return [...seams, ...sources("native")].map((path) => join(web, path));
}

/** Every word in the declarations of the language and the browser: what is a name there has to stay. */
function platformNames() {
  const packages = join(web, "..", "node_modules", "@typescript");
  const folders = readdirSync(packages).map((name) => join(packages, name, "lib"));
  const files = folders.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  return words(files.filter((path) => /lib\.(dom|es).*\.d\.ts$/.test(path)));
}

function words(paths) {
  const found = new Set(paths.flatMap((path) => readFileSync(path, "utf8").match(/[A-Za-z]\w*/g)));
  if (!found.has("constructor")) throw new Error(`nothing is declared in ${paths}`);
  return found;
}

/**
 * As a pattern for `mangleProps`: of the names of an entry's bundle those of private members, of methods, and of fields
 * that begin with a value, that occur in no other way in any of its files, libraries included.
 */
export async function ownNames(entry, options) {
  const { metafile } = await build({ ...options, entryPoints: [entry], write: false, metafile: true });
  const files = Object.keys(metafile.inputs).map(code);
  const taken = new Set([...platformNames(), ...words(sharedFiles())]);
  const own = [...ownOf(files, PRIVATE), ...ownOf(files, PUBLIC).filter((name) => !taken.has(name))];
  const shared = AMONG_OURSELVES.filter((name) => taken.has(name));
  if (shared.length) throw new Error(`not only among ourselves: ${shared}`);
  return new RegExp(`^(?:${[...new Set([...own, ...AMONG_OURSELVES])].join("|")})$`);
}

function ownOf(files, [before, after, use]) {
  const declarations = new RegExp(`${before}([A-Za-z]\\w*)${after}`, "gm");
  const names = new Set(files.flatMap((text) => [...text.matchAll(declarations)].map(([, name]) => name)));
  return [...names].filter((name) => {
    const count = (text, start, end) => text.match(new RegExp(`${start}${name}(?![\\w$])${end}`, "gm"))?.length ?? 0;
    const isOther = (text) => count(text, before, after) + count(text, use, "") < count(text, "(?<![\\w$])", "");
    const isPrivate = (text) => count(text, before, after) > 0 || count(text, "(?<![\\w$])", "") === 0;
    return files.every((text) => !isOther(text) && (before !== PRIVATE[0] || isPrivate(text)));
  });
}
