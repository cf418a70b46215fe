"""p13: a real history of a prompt, saved through REST and read back byte for byte."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.client import Rest
from bench.figure import Figure, Goal, compared
from bench.nodes import product_node
from bench.world import person, project
from foundry_site.environment import BASE_DIR

GENERATED = 128


def measure(wanted: set[str], *, quick: bool) -> list[Figure]:
    """p13."""
    owner = person("replay")
    made = project(owner)
    path = f"projects/{made.id}"
    saves = list(_history())
    with product_node() as node:
        rest = Rest(node, owner)
        session = rest.call("POST", f"{path}/sessions/", {})[1]["session_id"]
        tokens = {
            field: rest.call("POST", f"{path}/locks/", {"field": field, "session_id": session})[1]["token"]
            for field in {field for field, _ in saves}
        }
        began = time.perf_counter()
        for version, (field, text) in enumerate(saves):
            body = {
                "base_version": version,
                "session_id": session,
                "changes": {field: text},
                "tokens": {field: tokens[field]},
            }
            status, answer = rest.call("POST", f"{path}/drafts/", body)
            assert status == 201, answer
        rate = len(saves) / (time.perf_counter() - began)
        equal = sum(_reads_back(rest, path, version, *save) for version, save in enumerate(saves, 1))
        rest.close()
    notes = [
        f"{len(saves)} saves, {rate:.0f} a second; the figure is the number of versions that read back byte-equal."
    ]
    pair = (float(equal), float(len(saves)))
    return [compared("p13", "Replay of a prompt history through REST", "versions", Goal(">=", 1), [pair], notes=notes)]


def _reads_back(rest: Rest, path: str, version: int, field: str, text: str) -> bool:
    draft = rest.call("GET", f"{path}/drafts/{version}/")[1]
    return bool(draft["prompt_text" if field == "prompt_text" else "model_configuration_text"] == text)


def _history() -> Iterator[tuple[str, str]]:
    """The field and text of each save: the real history where it is at hand, generated ones otherwise."""
    named = os.environ.get("FOUNDRY_PROMPT_HISTORY")
    file = Path(named) if named else BASE_DIR.parent / "shared" / "data" / "prompt-history.jsonl"
    if not file.exists():
        for number in range(GENERATED):
            yield "prompt_text", f"# Role\nYou are assistant number {number}.\n" * (number % 7 + 1)
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        save: dict[str, Any] = json.loads(line)
        value = save["value"]
        yield save["field"], value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
