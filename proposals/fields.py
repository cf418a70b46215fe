"""The kind of changes that the trunk has: the text of a field, or a file that comes or goes."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from blobs.models import Blob, sha256_of
from drafts.compare.budget import Budget
from drafts.compare.fields import FieldDifference, Outcome, compare_field
from drafts.content import FieldChange, check_files, check_syntax_of, file_media, read_unchecked
from drafts.models import CONFIGURATION_MEDIA, PROMPT_MEDIA, Draft, DraftKind, FieldContent
from drafts.versions import write_draft
from kernel.errors import Conflict, ValidationFailed
from kernel.statements import Rows, Statement
from locking.leases import momentary_lease, refuse_foreign_leases
from locking.models import Lease
from projects import field_names
from projects.fields import CONFIGURATION, FILES, PROMPT, file_path
from projects.permissions import OPEN
from projects.writing import ProjectWrite
from proposals.kinds import DEFAULT_KIND, Acceptance, Accepted, Content, Kind, Reading, Staged

_TEXTS: Final = "SELECT sha256, size, data FROM blobs_blob WHERE sha256 = ANY(%s::text[])"
_CONTENTS: Final = """
SELECT prompt_id, configuration_id, files::text FROM drafts_draft
WHERE project_id = %s AND (%s::int IS NULL OR version_number = %s::int) ORDER BY version_number DESC LIMIT 1
"""


def _statement(project_id: UUID, version: int | None) -> Statement:
    return _CONTENTS, [project_id, version, version]


def _held_by_rows(rows: Rows, targets: Collection[str]) -> dict[str, Content]:
    if not rows:
        return _held(None, targets)
    prompt, configuration, files = rows[0]
    return _held(Draft(prompt_id=prompt, configuration_id=configuration, files=json.loads(files)), targets)


def _read_locked(write: ProjectWrite, targets: Collection[str]) -> dict[str, Content]:
    return _held(write.project.current_draft, targets)


def _held(draft: Draft | None, targets: Collection[str]) -> dict[str, Content]:
    held = draft.fields if draft else {}
    return {name: held[name].hashed() if name in held else None for name in targets}


def _parse(target: str, value: object) -> Staged:
    change = read_unchecked(target, value)
    return Staged(change.text, change.language, len(change.text.encode()) if change.text else 0)


def change_of(target: str, staged: Staged) -> FieldChange:
    """A staged text as the change that a save would make."""
    if staged.value is None:
        return FieldChange(target, None)
    media = {PROMPT: PROMPT_MEDIA, CONFIGURATION: CONFIGURATION_MEDIA}.get(target)
    if media:
        return FieldChange(target, staged.value, *media)
    return read_unchecked(target, {"content": staged.value, "language": staged.language})


def _check(target: str, staged: Staged) -> None:
    check_syntax_of(change_of(target, staged))


def _canonical(target: str, staged: Staged) -> Content:
    return _canonical_of_hash(
        target, None if staged.value is None else sha256_of(staged.value.encode()), staged.language
    )


def _canonical_of_hash(target: str, sha256: str | None, language: str | None) -> Content:
    if sha256 is None:
        return None
    media = {PROMPT: PROMPT_MEDIA, CONFIGURATION: CONFIGURATION_MEDIA}.get(target) or file_media(language)
    return FieldContent(sha256, *media).hashed()


def _staged(content: Content) -> Staged:
    if content is None:
        return Staged(None, None, 0)
    text = _read_texts([content])[content["sha256"]]
    return Staged(text, content["language"], len(text.encode()))


def _texts(staged: Staged) -> tuple[str, ...]:
    return () if staged.value is None else (staged.value,)


def _read_texts(contents: Collection[Content]) -> dict[str, str]:
    hashes = {content["sha256"] for content in contents if content}
    return {blob.sha256: blob.text for blob in Blob.objects.filter(pk__in=hashes)}


def _difference(target: str, before: str | None, after: str | None, budget: Budget) -> dict[str, Any]:
    found, same_values = compare_field(target, before, after, budget)
    change: Outcome = "added" if before is None else "removed" if after is None else "changed"
    return FieldDifference(target, change, found, same_values=same_values).as_data()


def _apply(write: ProjectWrite, acceptance: Acceptance, changes: Mapping[str, Accepted]) -> Draft:
    """One version with all changed fields, under momentary leases. Raises `LockHeld`, `Conflict`."""
    hashes = [change.after["sha256"] for change in changes.values() if change.after]
    rows = refuse_foreign_leases(write, changes, extra_query=(_TEXTS, [hashes]))
    blobs = {sha256: Blob(sha256=sha256, size=size, data=data) for sha256, size, data in rows}
    current = write.project.current_draft
    after = current.fields if current else {}
    texts: dict[str, str | None] = {}
    for name, change in changes.items():
        if change.after is None:
            texts[name] = None
            after.pop(name, None)
            continue
        blob = blobs[change.after["sha256"]]
        texts[name] = blob.text
        after[name] = replace(FieldContent(**change.after), size=blob.size if name.startswith(FILES) else 0)
    try:
        check_files(after)
    except ValidationFailed as refusal:
        name, words = next(iter(refusal.errors.items()))
        raise Conflict(f"{file_path(name)}: {words[0]}") from None
    draft = write_draft(
        write,
        current=current,
        after=after,
        kind=DraftKind.ACCEPT,
        message=acceptance.message,
        data={"base_version": current.version_number if current else 0, "proposal": dict(acceptance.proposal)},
        origin={"type": "proposal", **acceptance.origin},
        texts=texts,
    )
    Lease.objects.bulk_create(
        [
            momentary_lease(write, field=name, event_seq=draft.event_seq, at=draft.created_at)
            for name in draft.changed_fields
        ]
    )
    return draft


_READING: Final = Reading(_statement, _held_by_rows)

FIELD: Final = Kind(
    name=DEFAULT_KIND,
    statuses=OPEN,
    read=_READING.read,
    reading=_READING,
    parse=_parse,
    check=_check,
    canonical=_canonical,
    staged=_staged,
    texts=_texts,
    apply=_apply,
    label=field_names.label,
    read_texts=_read_texts,
    difference=_difference,
    merges=True,
    read_locked=_read_locked,
    canonical_of_hash=_canonical_of_hash,
)
