"""The files of a bundle, piece by piece. Rows are read in short queries, a page at a time.

Nothing is held open between two pages: a client that reads slowly keeps neither a transaction nor a connection. That is
sound because everything inside is append-only up to the scope's last event.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import Any, Final

from audit.canonical import canonical
from audit.keys.sealing import rfc3339
from audit.models import Event, Timestamp
from audit.transactions import one_moment
from blobs.models import Blob
from drafts.exchange.registry import registered_rows
from projects.fields import CONFIGURATION, PROMPT
from publishing.bundle.leases import lease_rows
from publishing.bundle.report import report
from publishing.bundle.rows import drafts_of, events_of
from publishing.bundle.scope import Scope
from publishing.models import Release

_CONTENT: Final = {PROMPT: "content/prompt_text.md", CONFIGURATION: "content/model_configuration.json"}

File = tuple[str, Iterable[bytes]]


def files_of(scope: Scope) -> Iterator[File]:
    """Every file that the manifest lists, in the order in which a person would open them."""
    yield "report.html", report(scope)
    yield from _content(scope)
    yield "releases.jsonl", map(line, map(_release, scope.releases))
    yield "signatures.jsonl", map(line, _signatures(scope))
    yield "versions.jsonl", map(line, _versions(scope))
    yield "members.jsonl", map(line, _members(scope))
    yield "leases.jsonl", map(line, lease_rows(scope))
    yield "events.jsonl", map(line, _events(scope))
    yield "checkpoints.jsonl", map(line, _checkpoints(scope))
    yield from _timestamp(scope)
    yield "keys.json", [line({key.fingerprint: bytes(key.public_key).hex() for key in scope.keys})]
    if scope.release is None:
        yield "texts.jsonl", map(line, _texts(scope))
        yield "records.jsonl", _records(scope)


def line(row: dict[str, Any]) -> bytes:
    """One line of a file: RFC 8785 and LF."""
    return f"{canonical(row)}\n".encode()


def _content(scope: Scope) -> Iterator[File]:
    for name, content in sorted(scope.draft.fields.items()) if scope.draft else ():
        yield _CONTENT.get(name, f"content/{name}"), _blob(content.sha256)


def _blob(sha256: str) -> Iterator[bytes]:
    yield bytes(Blob.objects.get(pk=sha256).data)


def _events(scope: Scope) -> Iterator[dict[str, Any]]:
    for event in events_of(scope):
        yield {
            "seq": event.seq,
            "at": rfc3339(event.at),
            "prev_hash": bytes(event.prev_hash).hex(),
            "hash": bytes(event.hash).hex(),
            "canonical": event.canonical,
        }


def _versions(scope: Scope) -> Iterator[dict[str, Any]]:
    for draft in drafts_of(scope):
        yield {
            "id": str(draft.id),
            "version": draft.version_number,
            "author": dict(draft.author.person()),
            "created_at": rfc3339(draft.created_at),
            "message": draft.message,
            "kind": draft.kind,
            "source_version": draft.source_version,
            "changed_fields": draft.changed_fields,
            "fields": {name: content.hashed() for name, content in draft.fields.items()},
            "content_hash": draft.content_hash,
        }


def _members(scope: Scope) -> Iterator[dict[str, Any]]:
    """Who was in the project in which role at the scope's end, as the events say."""
    members: dict[str, dict[str, Any]] = {}
    changes = Event.objects.chain(scope.chain).filter(target_type="member", seq__lte=scope.head.seq)
    for event in changes.filter(action__startswith="member."):
        if event.action == "member.removed":
            members.pop(event.target_id, None)
        else:
            said = event.data
            members[event.target_id] = {"user": said["user"], "role": said["role"], "since": rfc3339(event.at)}
    yield from members.values()


def _release(release: Release) -> dict[str, Any]:
    submitted = Event.objects.of_project(release.project_id).get(
        action="release.submitted", target_type="release", target_id=str(release.id)
    )
    return {
        "id": str(release.id),
        "name": release.name,
        "version": release.draft.version_number,
        "content_hash": release.content_hash,
        "rules": release.rules,
        "authors": submitted.data["authors"],
        "state": release.state,
        "submitted_by": dict(release.submitted_by.person()),
        "submitted_at": rfc3339(release.submitted_at),
        "ended_by": dict(release.ended_by.person()) if release.ended_by else None,
        "ended_at": rfc3339(release.ended_at) if release.ended_at else None,
        "reason": release.reason,
    }


def _signatures(scope: Scope) -> Iterator[dict[str, Any]]:
    for release in scope.releases:
        for signature in release.signatures.all():
            yield {
                "id": str(signature.id),
                "release_id": str(release.id),
                "statement": signature.text,
                "key": signature.key_id,
                "signature": bytes(signature.seal).hex(),
            }


def _checkpoints(scope: Scope) -> Iterator[dict[str, Any]]:
    if scope.checkpoint is not None:
        seen = scope.checkpoint
        yield {"statement": seen.text, "key": seen.key_id, "signature": bytes(seen.signature).hex()}


def _timestamp(scope: Scope) -> Iterator[File]:
    """For `openssl ts -verify`: what an outside authority stamped, and its answer."""
    stamp = Timestamp.objects.filter(checkpoint=scope.checkpoint).first() if scope.checkpoint else None
    if stamp is not None and scope.checkpoint is not None:
        yield "checkpoint/statement.json", [scope.checkpoint.text.encode()]
        yield "checkpoint/timestamp.tsr", [bytes(stamp.answer)]


def _texts(scope: Scope) -> Iterator[dict[str, Any]]:
    """Every text that any version ever had, where it first came (again where it came back)."""
    for draft in drafts_of(scope):
        fields = draft.fields
        for name in draft.changed_fields:
            if name in fields:
                sha256 = fields[name].sha256
                yield {"sha256": sha256, "text": Blob.objects.get(pk=sha256).text}


def _records(scope: Scope) -> Iterator[bytes]:
    """The rows of whatever else belongs to the project, as they are now: read in one go, kept on disk until sent."""
    with tempfile.TemporaryFile() as file:
        with one_moment():
            file.writelines(line({**row, "type": kind}) for kind, row in registered_rows(scope.project.id))
        file.seek(0)
        yield from iter(lambda: file.read(64 * 1024), b"")
