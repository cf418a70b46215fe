"""The modules of the grid without a browser: bundled, and run by Node.js."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from django.conf import settings

from foundry_site.launcher.frontend import find_node

_RUN = """
import { build } from "esbuild";
const { modules, script, given } = JSON.parse(process.argv[1]);
const contents = modules.map((name) => `export * from "./frontend/src/registers/${name}";`).join("\\n");
const built = await build({ stdin: { contents, resolveDir: "." }, bundle: true, write: false, format: "esm" });
const code = Buffer.from(built.outputFiles[0].text).toString("base64");
const names = await import("data:text/javascript;base64," + code);
const work = new (Object.getPrototypeOf(async function () {}).constructor)(...Object.keys(names), "given", script);
console.log(JSON.stringify(await work(...Object.values(names), given)));
"""


def in_node(modules: list[str], script: str, given: object = None) -> Any:
    """What a script returns that has everything these modules export, and `given`."""
    scenario = json.dumps({"modules": modules, "script": script, "given": given})
    command = [str(find_node().folder / "node"), "--input-type=module", "-e", _RUN, scenario]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
