"""A feature's scripts are found by where they lie: nothing names them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from django.conf import settings

from foundry_site.launcher import frontend

CONTROLLERS = """
import { Controller } from "@hotwired/stimulus";
export class RunListController extends Controller {}
export class ConsoleController extends Controller {}
"""
ENTRY = """
import controllers from "controllers:./controllers";
console.log(Object.keys(controllers).join(" "));
"""
BUNDLE = """
import * as esbuild from "esbuild";
import { stimulusControllers } from "./frontend/stimulus.mjs";
const [entry, outfile] = process.argv.slice(-2);
const nodePaths = [`${process.cwd()}/node_modules`];
const options = { bundle: true, format: "esm", plugins: [stimulusControllers], nodePaths };
await esbuild.build({ entryPoints: [entry], outfile, ...options });
"""


def node(*arguments: str) -> str:
    command = [str(frontend.find_node().folder / "node"), *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR, check=True, capture_output=True, text=True).stdout


def test_the_controllers_of_a_folder_are_known_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "controllers").mkdir()
    (tmp_path / "controllers" / "console.ts").write_text(CONTROLLERS)
    (tmp_path / "index.ts").write_text(ENTRY)
    bundle = tmp_path / "bundle.mjs"
    node("--input-type=module", "-e", BUNDLE, str(tmp_path / "index.ts"), str(bundle))
    assert node(str(bundle)).split() == ["run-list", "console"]


def test_every_folder_with_an_index_is_a_script_of_its_own() -> None:
    sources = Path(settings.BASE_DIR) / "frontend" / "src"
    names = {entry.parent.name for entry in sources.glob("*/index.ts")}
    built = {path.stem for path in (Path(settings.BASE_DIR) / "static" / "dist").glob("*.js")}
    assert names >= {"base", "workspace"}
    assert names <= built
