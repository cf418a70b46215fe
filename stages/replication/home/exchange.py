"""The copied record in a project's file: home's events, its checkpoints, and the contents that came with them.

They are marked as copies by their types, beside the project's own events, and stay in the file (docs/adr/0006).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final
from uuid import UUID

from audit.chain import first_prev_hash, link_hash
from drafts.exchange.registry import ExportCheck, ExportedTable, Row
from stages.replication.choices import ContentKind
from stages.replication.home.checkpoints import proof_fault
from stages.replication.home.wire import Proof
from stages.replication.models import CopiedCheckpoint, CopiedEvent, WantedContent


def _texts(row: Row) -> Iterable[str]:
    return [row["blob_id"]] if row["blob_id"] and row["kind"] == ContentKind.SHA256 else []


def _files(row: Row) -> Iterable[tuple[str, str]]:
    return [(row["blob_id"], row["hash"])] if row["blob_id"] and row["kind"] == ContentKind.BLAKE3 else []


EXPORTED: Final = {
    "copied_event": ExportedTable(CopiedEvent, private=frozenset({"action"})),
    "copied_checkpoint": ExportedTable(CopiedCheckpoint),
    "copied_content": ExportedTable(WantedContent, contents=_texts, files=_files),
}


def _faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """The first copied event that does not follow, or the first checkpoint that does not vouch for its event."""
    events = sorted(rows.get("copied_event", ()), key=lambda row: int(row["seq"]))
    fault = next(_faults_in_events(events), None)
    if fault is not None:
        yield fault
        return
    by_number = {row["seq"]: row for row in events}
    for row in rows.get("copied_checkpoint", ()):
        fault = _fault_in_checkpoint(row, by_number.get(row["seq"]))
        if fault is not None:
            yield f"Copied checkpoint {row['number']} was changed: {fault}."
            return


def _faults_in_events(events: list[Row]) -> Iterator[str]:
    previous = first_prev_hash(events[0]["chain"]) if events else b""
    for seq, row in enumerate(events, 1):
        computed = link_hash(prev_hash=previous, seq=seq, at=row["at"], canonical=row["canonical"])
        if (row["seq"], bytes(row["prev_hash"]), bytes(row["hash"])) != (seq, previous, computed):
            yield f"Event {seq} of the copied record is missing, or was changed."
            return
        previous = computed


def _fault_in_checkpoint(row: Row, event: Row | None) -> str | None:
    """Its key is the one that it names: that this is home's is known at the site, and not in the file."""
    if event is None or bytes(event["hash"]) != bytes(row["hash"]):
        return "the event that it vouches for is not in the file"
    key = bytes(row["site_key"])
    proof = Proof(row["number"], row["text"], bytes(row["signature"]), key, row["seq"], bytes(row["hash"]))
    return proof_fault(proof, chain=event["chain"], site=UUID(str(event["site"])), keys={key})


CHECK: Final = ExportCheck(("copied_event", "copied_checkpoint"), _faults)
