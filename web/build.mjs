// Builds every bundle into web/dist and fails when a script sent to a visitor is over its budget.
// A bundle is a folder of web/ with a main.ts (and, beside it, the style sheet NAME.css where there is one).

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const dist = join(web, "dist");

/** Output name → folder of its main.ts. */
const bundles = {
  loader: "loader",
  capture: "capture",
  stage: "rebuild",
  console: "console",
  review: "review",
  desk: "desk",
};

/** Bytes after brotli of what a visitor downloads. */
const budgets = { loader: 16 * 1024, capture: 48 * 1024 };

function entryPoints() {
  const entries = {};
  for (const [name, folder] of Object.entries(bundles)) {
    const script = join(web, folder, "main.ts");
    const style = join(web, folder, `${folder}.css`);
    entries[name] = script;
    if (existsSync(style)) entries[`${name}.style`] = style;
  }
  return entries;
}

async function bundle() {
  mkdirSync(dist, { recursive: true });
  const entries = Object.entries(entryPoints()).map(([name, path]) => ({ in: path, out: name.replace(".style", "") }));
  await build({
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    minify: true,
    format: "iife",
    target: ["chrome110", "firefox115", "safari16"],
    charset: "utf8",
    legalComments: "none",
    sourcemap: false,
    logLevel: "warning",
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

await bundle();
const problems = overBudget();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length ? 1 : 0;
