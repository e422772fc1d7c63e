// Builds every bundle into web/dist and fails when a script sent to a visitor is over its budget.
// A bundle is a folder of web/ with a main.ts (and, beside it, the style sheet NAME.css where there is one).

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";
import { ownNames } from "./own_names.mjs";

const web = dirname(fileURLToPath(import.meta.url));
const dist = join(web, "dist");

/** Output name → folder of its main.ts. */
const bundles = {
  stage: "rebuild",
  console: "console",
  review: "review",
  desk: "desk",
  share: "share",
  zone: "zone",
};

/** Bytes after brotli of what a visitor downloads. */
const budgets = { loader: 4 * 1024, rest: 18 * 1024, capture: 40 * 1024, native: 5 * 1024, framed: 32 * 1024 };

function entryPoints(folders) {
  const entries = {};
  for (const [name, folder] of Object.entries(folders)) {
    const script = join(web, folder, "main.ts");
    const style = join(web, folder, `${folder}.css`);
    entries[name] = script;
    if (existsSync(style)) entries[`${name}.style`] = style;
  }
  return entries;
}

function digest(...path) {
  return createHash("sha256")
    .update(readFileSync(join(...path)))
    .digest("hex")
    .slice(0, 16);
}

/** `constants`: what the sources declare and the build knows. */
async function bundle(folders, constants, options = {}) {
  mkdirSync(dist, { recursive: true });
  const entries = Object.entries(entryPoints(folders)).map(([name, path]) => ({
    in: path,
    out: name.replace(".style", ""),
  }));
  await build({
    entryPoints: entries,
    define: constants,
    outdir: dist,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome110", "firefox115", "safari16"],
    // Those of these browsers know what of them is used here.
    supported: { "regexp-unicode-property-escapes": true },
    charset: "utf8",
    legalComments: "none",
    sourcemap: false,
    // A field that nothing is in yet need not be said.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: "warning",
    ...options,
  });
}

function overBudget() {
  const problems = [];
  for (const [name, budget] of Object.entries(budgets)) {
    const bytes = brotliCompressSync(readFileSync(join(dist, `${name}.js`))).length;
    process.stdout.write(`${name}.js: ${bytes} bytes with brotli, budget ${budget}\n`);
    if (bytes > budget) problems.push(`${name}.js is ${bytes - budget} bytes over its budget of ${budget}.`);
  }
  return problems;
}

/** What a visitor downloads. */
async function sentBundle(name, folder, constants) {
  const entries = { [name]: folder };
  const given = { bundle: true, define: constants };
  await bundle(entries, constants, { mangleProps: await ownNames(entryPoints(entries)[name], given) });
  const path = join(dist, `${name}.js`);
  // Expressions that esbuild leaves as they are, and the commonest names for what is named most: 5 % less. Functions
  // that stay where they are look more like each other.
  const { code } = await minify(readFileSync(path, "utf8"), {
    ecma: 2022,
    compress: { passes: 3, hoist_funs: true, inline: 0, unsafe_arrows: true },
  });
  writeFileSync(path, code);
}

const constants = { STUB_CONTRACT: JSON.stringify(digest(web, "protocol", "stub.ts")) };
await bundle(bundles, constants);
await sentBundle("capture", "capture", constants);
await sentBundle("framed", "framed", constants);
await sentBundle("native", "native", constants);
await sentBundle("rest", "loader", constants);
// Last, since it names what it fetches.
await sentBundle("loader", "stub", { ...constants, REST_DIGEST: JSON.stringify(digest(dist, "rest.js")) });
const problems = overBudget();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length ? 1 : 0;
