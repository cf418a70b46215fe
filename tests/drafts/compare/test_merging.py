"""Merging three texts by lines: what each side did is kept, and nobody's lines are lost without a choice."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from drafts.compare.merging import MergePart, merge_lines, merge_texts
from foundry_site.launcher.frontend import find_node

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "merges.json").read_text())
texts = st.lists(st.sampled_from(["", "a", "b", "c", "d\r"]), max_size=12).map("\n".join)
# Bundles the browser's module and runs it on the vectors.
IN_NODE = """
import { build } from "esbuild";
const entryPoints = ["frontend/src/workspace/merge3.ts"];
const built = await build({ entryPoints, bundle: true, write: false, format: "esm" });
const code = Buffer.from(built.outputFiles[0].text).toString("base64");
const { merge3 } = await import("data:text/javascript;base64," + code);
const { readFileSync } = await import("node:fs");
const vectors = JSON.parse(readFileSync(process.argv[1], "utf8"));
console.log(JSON.stringify(vectors.map(({ base, theirs, yours }) => merge3(base, theirs, yours))));
"""


def joined(parts: Sequence[MergePart], side: int) -> str:
    return "\n".join(chain.from_iterable(part[side] for part in parts))


@given(texts, texts, texts)
def test_the_parts_rebuild_all_three_texts(base: str, theirs: str, yours: str) -> None:
    parts = merge_texts(base, theirs, yours).parts
    assert [joined(parts, side) for side in (1, 2, 3)] == [base, theirs, yours]


@given(texts, texts, texts)
def test_swapping_the_sides_swaps_them_in_the_parts_only(base: str, theirs: str, yours: str) -> None:
    swap = {"theirs": "yours", "yours": "theirs"}
    one, other = merge_texts(base, theirs, yours), merge_texts(base, yours, theirs)
    assert [(swap.get(kind, kind), b, y, t) for kind, b, t, y in one.parts] == [tuple(part) for part in other.parts]
    assert one.text == other.text


@given(texts, texts)
def test_equal_sides_give_that_side(base: str, side: str) -> None:
    assert merge_texts(base, side, side).text == side


@given(texts, texts)
def test_the_only_changed_side_gives_it(base: str, side: str) -> None:
    assert merge_texts(base, side, base).text == side
    assert merge_texts(base, base, side).text == side


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["why"])
def test_the_vectors_shared_with_the_browser(vector: dict[str, Any]) -> None:
    parts = merge_lines(vector["base"], vector["theirs"], vector["yours"])
    assert [list(part) for part in parts] == vector["parts"]


def test_the_browser_merges_the_vectors_alike() -> None:
    path = Path(__file__).parent / "merges.json"
    command = [str(find_node().folder / "node"), "--input-type=module", "-e", IN_NODE, str(path)]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=True)
    walked = [[[part[name] for name in MergePart._fields] for part in parts] for parts in json.loads(done.stdout)]
    assert walked == [vector["parts"] for vector in VECTORS]


def edited(lines: list[str], random: Random) -> list[str]:
    """The lines with a few of them changed, removed or added."""
    found = list(lines)
    for number in range(random.randint(1, 3)):
        at = random.randrange(len(found))
        found[at : at + random.randint(0, 2)] = [f"new {random.randint(0, 3)} {number}"] * random.randint(0, 2)
    return found


def test_what_git_merges_by_itself_is_merged_to_the_same_text(tmp_path: Path) -> None:
    random = Random(20)
    clean = 0
    for _ in range(150):
        base = [f"line {number} {random.randint(0, 9)}" for number in range(random.randint(8, 30))]
        sides = [base, edited(base, random), edited(base, random)]
        found = ["\n".join([*lines, ""]) for lines in sides]
        paths = [tmp_path / name for name in ("base", "theirs", "yours")]
        for path, text in zip(paths, found, strict=True):
            path.write_text(text)
        command = ["git", "merge-file", "-p", "--quiet", str(paths[2]), str(paths[0]), str(paths[1])]
        merged = subprocess.run(command, capture_output=True, text=True, check=False)
        if merged.returncode == 0:
            clean += 1
            assert merge_texts(*found).text == merged.stdout
    assert clean > 30
