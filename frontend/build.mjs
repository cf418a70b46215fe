// Builds static/dist/ from frontend/: scripts by esbuild, styles by the Tailwind CLI, the icon sprite and the fonts by
// copying. `--watch` rebuilds scripts and styles on change.
//
// A feature is a folder, and nothing here names it: `src/<name>/index.ts` is found and becomes `dist/<name>.js`, for the
// pages that load it. `register(controllers)` there makes known every Stimulus controller of `src/<name>/controllers/`
// (`import controllers from "controllers:./controllers"`); `SaveDialogController` is `data-controller="save-dialog"`. The
// types of its events are merged into `EventMap`, and `gateway.events.on(name, …)` hears of them (`src/events.ts`). A stage's
// own styles, `stages/<name>/styles/*.css`, come after those of the trunk in `base.css`.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { stimulusControllers } from "./stimulus.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const out = path.join(root, "static", "dist");
const watch = process.argv.includes("--watch");
const require = createRequire(import.meta.url);

const FONTS = [
  ...[400, 500, 600].map((weight) => `@fontsource/inter/files/inter-latin-${weight}-normal.woff2`),
  ...[400, 500, 700].map((weight) => `@fontsource/jetbrains-mono/files/jetbrains-mono-latin-${weight}-normal.woff2`),
];

async function copyFonts() {
  await mkdir(path.join(out, "fonts"), { recursive: true });
  await Promise.all(FONTS.map((font) => copyFile(require.resolve(font), path.join(out, "fonts", path.basename(font)))));
}

/** One sprite of the icons named in icons.json, which Django writes into each page; stroke and size come from our own CSS. */
async function buildSprite() {
  const names = JSON.parse(await readFile(path.join(here, "icons.json"), "utf8"));
  const symbols = await Promise.all(
    names.map(async (name) => {
      const source = await readFile(require.resolve(`lucide-static/icons/${name}.svg`), "utf8");
      const shapes = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
      return `<symbol id="icon-${name}" viewBox="0 0 24 24">${shapes.replace(/\s+/g, " ").trim()}</symbol>`;
    }),
  );
  const licence = "<!-- Icons by Lucide, ISC licence, https://lucide.dev -->";
  await writeFile(path.join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg" class="sprite" aria-hidden="true">${licence}${symbols.join("")}</svg>`);
  await copyFile(path.join(here, "mark.svg"), path.join(out, "mark.svg"));
}

/** Lua as WebAssembly, which the server runs (`stages/automation/lua/engine.py`); no page loads it. */
async function copyLua() {
  await copyFile(path.join(root, "node_modules", "wasmoon", "dist", "glue.wasm"), path.join(out, "lua.wasm"));
}

/** `src/<name>/index.ts` becomes `<name>.js`. */
async function findEntryPoints() {
  const folders = (await readdir(path.join(here, "src"), { withFileTypes: true })).filter((each) => each.isDirectory());
  const entries = folders.map(({ name }) => [name, path.join(here, "src", name, "index.ts")]);
  return Object.fromEntries(entries.filter(([, entry]) => existsSync(entry)));
}

/** Markdown without HTML in it: see `src/editor/no_html.ts`. */
const plainMarkdown = {
  name: "plain-markdown",
  setup: (build) =>
    build.onResolve({ filter: /^@codemirror\/lang-html$/ }, ({ importer }) =>
      importer.includes("lang-markdown") ? { path: path.join(here, "src", "editor", "no_html.ts") } : undefined,
    ),
};

/** What a script's editor completes with, apart from what each editor has of that package: no other page loads it. */
const completion = {
  name: "completion",
  setup: (build) =>
    build.onResolve({ filter: /^@codemirror\/autocomplete$/ }, async ({ importer, path: name, kind, resolveDir, pluginData }) => {
      if (pluginData === "resolved" || !importer.endsWith(path.join("scripts", "completing.ts"))) return undefined;
      const found = await build.resolve(name, { kind, resolveDir, importer, pluginData: "resolved" });
      return { ...found, suffix: "?completion" };
    }),
};

async function buildScripts() {
  const options = {
    entryPoints: await findEntryPoints(),
    plugins: [stimulusControllers, plainMarkdown, completion],
    outdir: out,
    bundle: true,
    // Shared chunks carry their hash in the name, so that Django need not rewrite the imports between them.
    splitting: true,
    chunkNames: "chunk-[hash]",
    format: "esm",
    target: "es2022",
    minify: !watch,
    legalComments: "linked",
    logLevel: "warning",
  };
  if (watch) await (await esbuild.context(options)).watch();
  else await esbuild.build(options);
}

/** The style sheets of the stages, from the root of the source. */
async function findStageStyles() {
  const found = [];
  for (const stage of await readdir(path.join(root, "stages"))) {
    const folder = path.join("stages", stage, "styles");
    if (!existsSync(path.join(root, folder))) continue;
    const names = (await readdir(path.join(root, folder))).filter((name) => name.endsWith(".css"));
    found.push(...names.map((name) => `${folder}/${name}`));
  }
  return found.sort();
}

/** One style sheet of `css/`, and others after it. */
function buildStyle(name, more = []) {
  const cli = path.join(path.dirname(require.resolve("@tailwindcss/cli/package.json")), "dist/index.mjs");
  const mode = watch ? ["--watch=always"] : ["--minify"];
  const options = [cli, "-i", "-", "-o", path.join(out, `${name}.css`), ...mode];
  const imports = [`frontend/css/${name}.css`, ...more].map((file) => `@import "./${file}";`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, options, { cwd: root, stdio: ["pipe", "ignore", "pipe"] });
    child.stdin.end(imports.join("\n"));
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk));
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${name}.css: ${said}`))));
  });
}

await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
await Promise.all([copyFonts(), copyLua(), buildSprite(), buildScripts(), buildStyle("base", await findStageStyles()), buildStyle("admin")]);
