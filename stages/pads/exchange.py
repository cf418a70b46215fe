"""Pads in a project's file, and their way into a new project.

The file has every pad with its whole log, which is checked against its hash. A new project gets each pad with its
newest text, written by nobody: who wrote it did so at the other site, and the file keeps that (docs/adr/0006). Those of
them who have an account here contribute to what is promoted of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final
from uuid import UUID, uuid5

from drafts.exchange.registry import ExportCheck, ExportedTable, Row
from kernel.crdt.edits import Edits
from kernel.late import Late
from projects.writing import ProjectWrite
from stages.pads.log import read_edits
from stages.pads.models import Pad, Revision, Writer
from stages.pads.ot import compose

# Late, because they load the library of shared documents, which verifying a file needs not.
_insert_pad: Final = Late("stages.pads.services.pads:insert_pad")
_append_imported: Final = Late("stages.pads.services.beginning:append_imported")


def new_id(project_id: UUID, pad_id: UUID) -> UUID:
    """The id that a pad of a file has in a new project: the same whenever it is asked for."""
    return uuid5(project_id, str(pad_id))


def _import_pads(write: ProjectWrite, rows: Sequence[Row]) -> None:
    for row in rows:
        facts = {"pad": str(row["id"]), "head": row["head"], "log_hash": bytes(row["log_hash"]).hex()}
        _insert_pad(
            write,
            pad_id=new_id(write.project.id, row["id"]),
            name=row["name"],
            language=row["language"],
            target_field=row["target_field"],
            facts={"import": facts},
        )


def _import_revisions(write: ProjectWrite, rows: Sequence[Row]) -> None:
    """Append what these revisions did together. They come in their order, some hundred of them at a time."""
    for pad_id, revisions in groupby(rows, key=lambda row: row["pad_id"]):
        change: Edits = ()
        changed_by = set()
        for row in revisions:
            edits = read_edits(row["edits"])
            change = compose(change, edits)
            if edits and row["user_id"] is not None:
                changed_by.add(row["user_id"])
        _append_imported(write, new_id(write.project.id, pad_id), change, changed_by)


def _faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """Fold every log, and compare it with its pad and its writers."""
    from stages.pads.verification import FoldedLog

    pads = {pad["id"]: pad for pad in rows.get("pad", ())}
    logs = {pad_id: FoldedLog(pad_id) for pad_id in pads}
    writers = {(row["pad_id"], row["number"]): row["user_id"] for row in rows.get("pad_writer", ())}
    for row in rows.get("pad_revision", ()):
        where = f"Revision {row['revision']} of pad {row['pad_id']}"
        if row["pad_id"] not in logs or writers.get((row["pad_id"], row["writer"]), "") != row["user_id"]:
            yield f"{where} has another pad or writer than the file."
            return
        try:
            logs[row["pad_id"]].append(Revision(**row))
        except ValueError as error:
            yield f"{where}: {error}."
            return
        log, pad = logs[row["pad_id"]], pads[row["pad_id"]]
        if log.revision == pad["recorded"] and log.hash != bytes(pad["recorded_hash"]):
            yield f"{where}: the log up to here is not what was recorded."
    for pad_id, pad in pads.items():
        log = logs[pad_id]
        if (pad["head"], bytes(pad["log_hash"])) != (log.revision, log.hash):
            yield f"The log of pad {pad_id} is not the one that it names."


EXPORTED: Final = {
    "pad": ExportedTable(Pad, import_rows=_import_pads),
    "pad_revision": ExportedTable(Revision, project="pad__project", import_rows=_import_revisions),
    # Sessions are no records.
    "pad_writer": ExportedTable(Writer, project="pad__project", private=frozenset({"session_id"})),
}
CHECK: Final = ExportCheck(("pad", "pad_revision", "pad_writer"), _faults)
