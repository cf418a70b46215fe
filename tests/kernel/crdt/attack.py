"""Applies each update to a document in a process of its own, and says what became of it.

Run as a program: lines of JSON on standard input, `{"state", "client_ids", "update"}` with bytes in base64; an answer
for each line, `{"refused"}`, `{"broken"}`, `{"signal"}` or `{"edits", "update", "text", "state"}`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings

OWN_ID = 1_000


@dataclass(frozen=True)
class Outcome:
    """What one update did: a refusal, or a change and the document after it; `ended` where it ended the process."""

    refused: str = ""
    ended: str = ""
    edits: tuple[tuple[int, int, str], ...] = ()
    update: bytes = b""
    text: str = ""
    state: bytes = b""


def attack(attacks: Iterable[tuple[bytes, Iterable[int], bytes]]) -> list[Outcome]:
    """The outcomes of (state, client ids, update), in order."""
    lines = [
        json.dumps(
            {"state": b64encode(state).decode(), "client_ids": [*client_ids], "update": b64encode(update).decode()}
        )
        for state, client_ids, update in attacks
    ]
    command = [sys.executable, "-m", "tests.kernel.crdt.attack"]
    ran = subprocess.run(command, input="\n".join(lines), stdout=subprocess.PIPE, text=True, check=True)
    outcomes = [_outcome(json.loads(line)) for line in ran.stdout.splitlines()]
    assert len(outcomes) == len(lines)
    return outcomes


def _outcome(answer: dict[str, Any]) -> Outcome:
    for name in ("update", "state"):
        answer[name] = b64decode(answer.get(name, ""))
    return Outcome(**{**answer, "edits": tuple(map(tuple, answer.get("edits", ())))})


def _apply(line: str) -> dict[str, Any]:
    from kernel.crdt.documents import Document, DocumentBroken
    from kernel.errors import DomainError

    job = json.loads(line)
    document = Document.load(b64decode(job["state"]), client_id=OWN_ID)
    before = document.text, document.state()
    try:
        change = document.apply_update(b64decode(job["update"]), set(job["client_ids"]))
    except DomainError as error:
        assert (document.text, document.state()) == before
        return {"refused": error.reason}  # type: ignore[attr-defined]
    except DocumentBroken as error:
        return {"ended": str(error)}
    return {
        "edits": [(edit.pos, edit.delete, edit.insert) for edit in change.edits],
        "update": b64encode(change.update).decode(),
        "text": document.text,
        "state": b64encode(document.state()).decode(),
    }


def _in_a_child(line: str) -> str:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with os.fdopen(writing, "w") as answer:
            json.dump(_apply(line), answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    _pid, status = os.waitpid(child, 0)
    return said if not status else json.dumps({"ended": f"status {status}"})


if __name__ == "__main__":
    settings.configure(USE_I18N=False)
    # Loaded once, before a process is made for each update.
    import_module("kernel.crdt.documents")
    for each in sys.stdin.read().splitlines():
        print(_in_a_child(each))  # noqa: T201
