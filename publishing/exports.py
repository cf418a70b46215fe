"""Checks the releases and signatures of a project's file together, after each row was compared with its events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from audit.keys.text import rfc3339
from blobs.models import sha256_of
from drafts.exchange.registry import Row
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from publishing.models import ReleaseState
from publishing.quorum import Approval, fault_in_released, quorum_of_rules


def release_faults(rows: Mapping[str, list[Row]]) -> Iterator[str]:
    """Each signature is about its release, and released versions have the signatures that their policy required.

    The seals are not checked, because a file does not contain the site's keys.
    """
    releases = {str(row["id"]): row for row in rows.get("release", [])}
    signatures: dict[str, list[Row]] = {}
    for signature in rows.get("signature", []):
        release = releases.get(str(signature["release_id"]))
        if release is None or not _speaks_of(signature, release, _notes_of(release, rows)):
            yield f"The signature {signature['id']} speaks of something else than its release."
        signatures.setdefault(str(signature["release_id"]), []).append(signature)
    for identity, release in releases.items():
        what = _fault_in_released(release, signatures.get(identity, []))
        if release["state"] == ReleaseState.RELEASED and what:
            yield f"The release {release['name']} cannot have been released: {what}."


def _notes_of(release: Row, rows: Mapping[str, list[Row]]) -> str | None:
    """SHA-256 of the newest notes of a release; None if it has none."""
    revisions = [row for row in rows.get("release_notes", []) if row["release_id"] == release["id"]]
    newest = max(revisions, key=lambda row: int(row["revision"]), default=None)
    return sha256_of(str(newest["text"]).encode()) if newest else None


def _speaks_of(signature: Row, release: Row, notes: str | None) -> bool:
    try:
        statement: Any = parse(signature["text"])
        recorded = (
            statement["subject"]["id"],
            statement["name"],
            statement["meaning"],
            statement["comment"],
            statement["signer"]["id"],
        )
        at, key, covers = statement["time"], statement["key"], statement.get("notes")
    except (ValidationFailed, KeyError, TypeError):
        return False
    expected = (str(release["id"]), release["name"], signature["meaning"], signature["comment"])
    signed = (rfc3339(signature["signed_at"]), signature["key_id"])
    return recorded == (*expected, str(signature["signer_id"])) and (at, key, covers) == (*signed, notes)


def _fault_in_released(release: Row, signatures: list[Row]) -> str | None:
    quorum = quorum_of_rules(release["rules"], authors_sign=release["authors_sign"])
    given = [Approval(str(signature["signer_id"]), signature["meaning"]) for signature in signatures]
    return fault_in_released(quorum, given=given, authors=[str(author) for author in release["authors"]])
