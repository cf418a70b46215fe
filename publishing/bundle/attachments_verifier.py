"""The attachments in a bundle: a list of all, and the files of those that belong to it. Also a piece of `verify.py`.

A file that was removed is listed with who removed it and why, and its bytes are not here. The bundle of a release has
the files that its version and the project had when it was submitted, that of a whole project those of everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial

from audit.derivation import Event, Json, actor_of
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import check
from publishing.bundle.verifier.record import check_lines

ATTACHMENTS_FILE = "attachments/attachments.jsonl"


def attachments_of(events: Iterable[Event], *, release: str | None, draft: str | None) -> list[Json]:
    """Every attachment, as its events describe it. `file` is its path in the bundle, null if it is not here.

    `release` and `draft` are the ids of a release and of its version; None for the bundle of a whole project. What was
    attached after the submission is listed, and no file of the release: who signed earlier had not seen it.
    """
    found: dict[str, Json] = {}
    late: set[str] = set()
    is_submitted = False
    for _, at, record in events:
        action, identity, data = record["action"], record["target"]["id"], record["data"]
        if action == "release.submitted":
            is_submitted = is_submitted or identity == release
        elif action == "attachment.added":
            described = {name: data[name] for name in ("name", "size", "sha256", "blake3", "media_type", "subject")}
            added = {"added_at": at, "added_by": actor_of(record), "removed": None}
            found[identity] = {"id": identity, **described, **added}
            if is_submitted:
                late.add(identity)
        elif action == "attachment.removed":
            check(identity in found, f"the attachment {identity} was removed, and never added")
            found[identity]["removed"] = {"at": at, "by": actor_of(record), "reason": record["reason"]}
    return [{**line, "file": None if identity in late else path_of(line, draft)} for identity, line in found.items()]


def path_of(line: Json, draft: str | None) -> str | None:
    """Where the bytes of an attachment are in the bundle, if it was there in time."""
    subject = line["subject"]
    belongs = draft is None or subject["type"] == "project" or subject == {"type": "draft", "id": draft}
    return f"attachments/{line['sha256']}" if belongs and line["removed"] is None else None


def check_attachments(facts: Facts) -> None:
    """The list is what the events say, and each file has the hash and the size that its event recorded."""
    release = facts.scope["release"]
    draft = facts.versions[facts.scope["version"]]["id"] if release is not None else None
    lines = check_lines(facts, ATTACHMENTS_FILE, attachments_of(facts.all_events(), release=release, draft=draft))
    wanted = {line["file"]: line for line in lines if line["file"] is not None}
    there = {name for name in facts.bundle.names() if name.startswith("attachments/")} - {ATTACHMENTS_FILE}
    for name in sorted(there ^ set(wanted)):
        check(name in there, f"{name} is missing")
        check(name in wanted, f"{name}: no attachment of the bundle is this file")
    for name, line in wanted.items():
        digest, size = hashlib.sha256(), 0
        with facts.bundle.open(name) as file:
            for piece in iter(partial(file.read, 1 << 20), b""):
                digest.update(piece)
                size += len(piece)
        fits = digest.hexdigest() == line["sha256"] and size == line["size"]
        check(fits, f"{name}: it is not the file that was attached as {line['name']}")
    removed = [line for line in lines if line["removed"] is not None]
    facts.notes.append(f"{len(lines)} attachments, {len(wanted)} files, {len(removed)} removed")
    facts.notes += list(_removals(removed))


def _removals(removed: Iterable[Json]) -> Iterator[str]:
    for line in removed:
        why = line["removed"]
        yield f"  {line['name']} was removed by {why['by']['display_name']}: {why['reason']}"


add_part(
    Part(
        "attachments",
        actions=frozenset({"attachment.added", "attachment.removed"}),
        folders=frozenset({"attachments"}),
        check=check_attachments,
    )
)
