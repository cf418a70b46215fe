"""A process that takes in bundles of a file, in a copy of itself for each line of its input.

python -m tests.replication.ingest.ingesting PROJECT SENDER FILE

A copy says its `pid`, then before each few bundles how many it has tried; that it has `ended`, and how, the process
says. To load the product takes longer than all that a copy does.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from uuid import UUID

from foundry_site.loading import load_apps

AT_ONCE = 7


def main(project: str, sender: str, file: str) -> None:
    load_apps()
    from stages.replication.ingest import services, wire  # noqa: F401 (loaded once for all copies)

    for _line in sys.stdin:
        copy = os.fork()
        if copy == 0:
            ingest(project, sender, file)
            os._exit(0)
        _pid, status = os.waitpid(copy, 0)
        say(f"ended {os.waitstatus_to_exitcode(status)}")


def ingest(project: str, sender: str, file: str) -> None:
    from stages.replication.ingest.services import ingest_bundles
    from stages.replication.ingest.wire import read_wire

    say(f"pid {os.getpid()}")
    bundles = [read_wire(each) for each in json.loads(Path(file).read_text())]
    for at in range(0, len(bundles), AT_ONCE):
        say(str(at))
        ingest_bundles(project_id=UUID(project), peer_key=sender, bundles=bundles[at : at + AT_ONCE])


def say(text: str) -> None:
    os.write(sys.stdout.fileno(), f"{text}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
