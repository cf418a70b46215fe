"""Real Yjs clients under Node.js (``clients.mjs``), as Python objects."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from foundry_site.launcher.frontend import find_node
from kernel.crdt.edits import Edit

SCRIPT = Path(__file__).parent / "clients.mjs"


class YjsProcess:
    """One Node.js process with any number of clients."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, do: str, **arguments: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([{"do": do, **arguments}]) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())[0]

    def open(self, client_id: int) -> YjsClient:
        self.ask("open", id=client_id)
        return YjsClient(self, client_id)

    def do_strange(self, name: str, *, client_id: int, state: bytes) -> bytes:
        """What a client sends that does what no editor does."""
        updates = self.ask("strange", name=name, id=client_id, state=b64encode(state).decode())
        assert len(updates) == 1
        return b64decode(updates[0])


@dataclass(frozen=True)
class YjsClient:
    """A Yjs document with an undo manager, that collects its own updates until they are taken."""

    process: YjsProcess
    id: int

    def edit(self, *edits: Edit) -> None:
        self.process.ask("edit", id=self.id, edits=[(edit.pos, edit.delete, edit.insert) for edit in edits])

    def take(self, *, merge: bool = False) -> list[bytes]:
        return [b64decode(update) for update in self.process.ask("take", id=self.id, merge=merge)]

    def receive(self, updates: Iterable[bytes]) -> None:
        self.process.ask("receive", id=self.id, updates=[b64encode(update).decode() for update in updates])

    def undo(self) -> None:
        self.process.ask("undo", id=self.id)

    def redo(self) -> None:
        self.process.ask("redo", id=self.id)

    @property
    def text(self) -> str:
        return str(self.process.ask("text", id=self.id))

    @property
    def state(self) -> bytes:
        return b64decode(self.process.ask("state", id=self.id))

    @property
    def is_waiting(self) -> bool:
        """Whether it has received something whose beginning it has not."""
        return bool(self.process.ask("isWaiting", id=self.id))


@contextmanager
def yjs_process() -> Iterator[YjsProcess]:
    command = [find_node().folder / "node", SCRIPT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield YjsProcess(process)
        assert process.stdin
        process.stdin.close()
        assert process.wait(10) == 0
