"""The kind `record` of changes that proposals hold; its functions are loaded with the first proposal of records."""

from __future__ import annotations

from typing import Final

from kernel.late import Late
from projects.models import Status
from proposals.kinds import Kind

_CHANGES: Final = "stages.registers.proposing.changes"

RECORD: Final = Kind(
    name="record",
    statuses=frozenset({Status.OPEN, Status.REPLICA}),
    read=Late(f"{_CHANGES}:read"),
    parse=Late(f"{_CHANGES}:parse"),
    check=lambda target, staged: None,
    canonical=Late(f"{_CHANGES}:canonical"),
    staged=Late(f"{_CHANGES}:staged"),
    texts=Late(f"{_CHANGES}:texts"),
    apply=Late(f"{_CHANGES}:apply"),
    label=Late("stages.registers.proposing.labels:label_of"),
    labels=Late("stages.registers.proposing.labels:labels_of"),
    addresses=Late("stages.registers.proposing.labels:addresses_of"),
    read_texts=Late(f"{_CHANGES}:read_texts"),
    difference=Late(f"{_CHANGES}:difference"),
    follows=Late("stages.registers.proposing.following:follows"),
)
