"""What d1 to d3 need beside the product: hocuspocus from npm, two nodes of it, and the client that types on both sides.

`bench/hocuspocus/package-lock.json` pins everything; it is installed into a folder that is removed at the end, and no
part of the product.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.nodes import BenchNode, plain_node
from bench.world import bare_connection
from foundry_site.embedded.addresses import valkey_socket
from foundry_site.environment import BASE_DIR
from foundry_site.launcher.console import LaunchError
from foundry_site.launcher.frontend import find_node, reason
from foundry_site.launcher.processes import ProgramError, run_quietly

SOURCES = BASE_DIR / "bench" / "hocuspocus"
# Beyond what the writers need to connect, to type and to wait for the last key.
CLIENT_SECONDS = 60
TABLE = "CREATE TABLE IF NOT EXISTS bench_document (name text PRIMARY KEY, data bytea NOT NULL)"


class NotInstalledError(Exception):
    """Node.js is missing, or npm could not install what is pinned."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the writers found: times in ms, from a key to each of the other readers; the rest are counts.

    `once`: every key is in the text once. `equal`: all readers, and a new client of each node, have one text.
    `closed` are the codes of sockets that a server closed, `problems` what a server refused or left out.
    `lag` is the delay of the client itself, 99th percentile, `busy` its share of a core.
    """

    p50: float
    p99: float
    measured: int
    keys: int
    acknowledged: int
    missing: int
    once: bool
    equal: bool
    closed: list[int]
    problems: list[str]
    lag: float
    busy: float

    def complaints(self) -> list[str]:
        """Everything that is not as it must be, in words; nothing, if all is well."""
        unanswered = self.keys - self.acknowledged
        complaints = (
            (unanswered > 0, f"{unanswered} of {self.keys} keys were not acknowledged"),
            (self.missing > 0, f"{self.missing} keys were not everywhere in time"),
            (not self.once, "a key is not in the text, or twice"),
            (not self.equal, "the texts differ"),
            (bool(self.closed), f"{len(self.closed)} sockets were closed, with {sorted(set(self.closed))}"),
            (bool(self.problems), f"{len(self.problems)} problems, such as {self.problems[:1]}"),
        )
        return [said for is_so, said in complaints if is_so]


@dataclass(frozen=True, slots=True)
class PadPrograms:
    """The folder in which everything is installed, and the Node.js that runs it."""

    folder: Path
    node: str

    def type(self, *, side: str, nodes: list[BenchNode], writers: int, seconds: int, **target: Any) -> Found:
        """Let so many writers type one key a second for so many seconds on two nodes."""
        asked = {"side": side, "ports": [each.port for each in nodes], "writers": writers, "seconds": seconds, **target}
        done = subprocess.run(
            [self.node, str(self.folder / "writers.mjs")],
            input=json.dumps(asked),
            stdout=subprocess.PIPE,
            text=True,
            timeout=seconds + CLIENT_SECONDS,
            check=True,
        )
        return Found(**json.loads(done.stdout))

    @contextmanager
    def hocuspocus_node(self) -> Iterator[BenchNode]:
        """A node of hocuspocus on the bench's Valkey and PostgreSQL."""
        from django.db import connection

        here = connection.settings_dict
        addresses = {
            "BENCH_VALKEY": str(valkey_socket(Path(os.environ["FOUNDRY_DATA_DIR"]))),
            "PGHOST": str(here["HOST"]),
            "PGUSER": str(here["USER"]),
            "PGDATABASE": str(here["NAME"]),
        }
        with bare_connection() as bare:
            bare.execute(TABLE)
        with plain_node([self.node, str(self.folder / "server.mjs")], **addresses) as node:
            yield node


@contextmanager
def pad_programs() -> Iterator[PadPrograms]:
    """Install what is pinned, for as long as the block lasts. Raises `NotInstalledError`."""
    try:
        node = find_node()
    except LaunchError as error:
        raise NotInstalledError(str(error)) from error
    with tempfile.TemporaryDirectory(prefix="foundry-bench-hocuspocus-") as name:
        folder = Path(name)
        for source in (*SOURCES.iterdir(), BASE_DIR / ".npmrc"):
            shutil.copy(source, folder)
        path = f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        try:
            run_quietly([*node.npm, "ci"], cwd=folder, environment={"PATH": path, "CI": "true"})
        except ProgramError as error:
            raise NotInstalledError(f"npm ci: {reason(error.output)}") from error
        yield PadPrograms(folder, str(node.folder / "node"))
