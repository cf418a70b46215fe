"""A process that takes in bundles of a file, a few at a time, and says before each time how many it has tried.

python -m tests.replication.ingest.ingesting PROJECT SENDER FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from uuid import UUID

import django

AT_ONCE = 7


def main(project: str, sender: str, file: str) -> None:
    django.setup()
    from stages.replication.ingest.services import ingest_bundles
    from stages.replication.ingest.wire import read_wire

    bundles = [read_wire(each) for each in json.loads(Path(file).read_text())]
    for at in range(0, len(bundles), AT_ONCE):
        sys.stdout.write(f"{at}\n")
        sys.stdout.flush()
        ingest_bundles(project_id=UUID(project), peer_key=sender, bundles=bundles[at : at + AT_ONCE])


if __name__ == "__main__":
    main(*sys.argv[1:])
