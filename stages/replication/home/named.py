"""Which contents the record names, by their SHA-256: texts of versions, statements of signatures, release notes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from audit.models import Event
from blobs.models import Blob, sha256_of
from kernel.ijson import parse
from publishing.models import ReleaseNotes, Signature
from stages.registers.models import Operation
from stages.replication.choices import ContentKind
from stages.replication.models import CopiedEvent, WantedContent

SAVED: Final = "draft.saved"
SIGNED: Final = "release.signed"
NOTES: Final = "release.notes_written"
# The members that name a content. In a canonical text no string can hold them with their quotes.
_MEMBERS: Final = {SAVED: "after", SIGNED: "statement", NOTES: "text_sha256"}
_NAMED: Final = re.compile(r'"(?:after|statement|text_sha256)":"([0-9a-f]{64})"')
_SIZE_AT_ONCE: Final = 500


def names_text(project_id: UUID, sha256: str) -> bool:
    """Whether a copied event names a text."""
    events = CopiedEvent.objects.filter(project=project_id)
    return any(
        events.filter(action=action, canonical__contains=f'"{member}":"{sha256}"').exists()
        for action, member in _MEMBERS.items()
    )


def texts_named(canonicals: Iterable[str]) -> Iterator[str]:
    """The hashes of the texts that events name, in their order."""
    for text in canonicals:
        yield from _NAMED.findall(text)


def own_texts(project_id: UUID, hashes: Collection[str]) -> dict[str, str]:
    """The texts with these hashes that the events of our own chain of the project name; others are left out."""
    found: dict[str, str] = {}
    events = Event.objects.of_project(project_id).filter(action__in=_MEMBERS)
    rows = events.values_list("action", "target_id", "canonical")
    wanted = set(hashes)
    versions: set[str] = set()
    for action, target_id, canonical in rows.iterator(chunk_size=_SIZE_AT_ONCE):
        named = wanted.intersection(_NAMED.findall(canonical))
        if named and action == SAVED:
            versions |= named
        elif named:
            found |= {sha256_of(text.encode()): text for text in _sealed_or_noted(action, target_id)}
    blobs = Blob.objects.filter(sha256__in=versions, data__isnull=False)
    found |= {blob.sha256: blob.text for blob in blobs}
    return {digest: text for digest, text in found.items() if digest in wanted}


def kept_texts(project_id: UUID, hashes: Iterable[str]) -> QuerySet[Blob]:
    """The texts with these hashes that came for the copy of this project.

    Home may name any hash in its events: what only other projects here have is not shown by it, and comes from home.
    """
    kept = WantedContent.objects.filter(project=project_id, kind=ContentKind.SHA256, hash__in=list(hashes))
    return Blob.objects.filter(sha256__in=kept.values("blob"), data__isnull=False)


def copied_texts(project_id: UUID, hashes: Collection[str]) -> dict[str, str]:
    """The texts with these hashes that are here, of those that copied events name."""
    here = kept_texts(project_id, hashes)
    return {blob.sha256: blob.text for blob in here if names_text(project_id, blob.sha256)}


def file_named(project_id: UUID, blake3: str) -> dict[str, Any] | None:
    """The value of an accepted operation that names a file: `{blake3, name, size, media_type}`; None if none does."""
    try:
        return _file_named(project_id, blake3)
    except LookupError:
        return None


# An exception is not remembered: what no operation names yet may come, and what one names stays.
@lru_cache(maxsize=1024)
def _file_named(project_id: UUID, blake3: str) -> dict[str, Any]:
    operations = Operation.objects.filter(project=project_id, text__contains=f'"blake3":"{blake3}"')
    text = operations.order_by("id").values_list("text", flat=True).first()
    value = _value_in(parse(text), blake3) if text is not None else None
    if value is None:
        raise LookupError(blake3)
    return value


def _value_in(value: Any, blake3: str) -> dict[str, Any] | None:
    """The file's value, wherever in an operation it is."""
    if isinstance(value, dict):
        if value.get("blake3") == blake3:
            return value
        return next((found for each in value.values() if (found := _value_in(each, blake3))), None)
    if isinstance(value, list):
        return next((found for each in value if (found := _value_in(each, blake3))), None)
    return None


def _sealed_or_noted(action: str, target_id: str) -> Iterable[str]:
    if action == SIGNED:
        return Signature.objects.filter(pk=target_id).values_list("text", flat=True)
    return ReleaseNotes.objects.filter(pk=target_id).values_list("text", flat=True)
