import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

const CLASS = /^export class (\w+)Controller\b/gm;
const ADDRESS = "controllers:";

/** The identifier of a controller in a page: `SaveDialog` is `save-dialog`. */
function identifier(name) {
  return name.replace(/(?<=.)[A-Z]/g, "-$&").toLowerCase();
}

/** `import controllers from "controllers:./controllers"`: every Stimulus controller of that folder by its identifier. */
export const stimulusControllers = {
  name: "stimulus-controllers",
  setup(build) {
    build.onResolve({ filter: new RegExp(`^${ADDRESS}`) }, ({ path: address, resolveDir }) => ({
      path: path.resolve(resolveDir, address.slice(ADDRESS.length)),
      namespace: ADDRESS,
    }));
    build.onLoad({ filter: /.*/, namespace: ADDRESS }, async ({ path: folder }) => {
      const files = (await readdir(folder)).filter((file) => file.endsWith(".ts")).sort();
      const imports = [];
      const entries = [];
      for (const file of files) {
        const source = await readFile(path.join(folder, file), "utf8");
        for (const [, name] of source.matchAll(CLASS)) {
          imports.push(`import { ${name}Controller } from "./${file}";`);
          entries.push(`${JSON.stringify(identifier(name))}: ${name}Controller`);
        }
      }
      const contents = `${imports.join("\n")}\nexport default { ${entries.join(", ")} };`;
      return { contents, resolveDir: folder, watchDirs: [folder], watchFiles: files.map((file) => path.join(folder, file)) };
    });
  },
};
