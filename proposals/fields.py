"""The kind of changes that the trunk has: the text of a field, or a file that comes or goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from blobs.models import Blob, sha256_of
from drafts.compare.budget import Budget
from drafts.compare.fields import FieldDifference, Outcome, compare_field
from drafts.content import FieldChange, check_files, check_syntax_of, read_unchecked
from drafts.models import CONFIGURATION_MEDIA, PROMPT_MEDIA, Draft, DraftKind, FieldContent
from drafts.versions import write_draft
from kernel.errors import Conflict, ValidationFailed
from locking.leases import momentary_lease, refuse_foreign_leases
from locking.models import Lease
from projects import field_names
from projects.fields import CONFIGURATION, FILES, PROMPT, file_path
from projects.permissions import OPEN
from projects.writing import ProjectWrite
from proposals.kinds import DEFAULT_KIND, Acceptance, Accepted, Content, Kind, Staged


def _read(project_id: UUID, targets: Collection[str], version: int | None) -> dict[str, Content]:
    drafts = Draft.objects.of_project(project_id)
    draft = (drafts if version is None else drafts.filter(version_number=version)).first()
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
    change = change_of(target, staged)
    if change.text is None:
        return None
    return dict(FieldContent(sha256_of(change.text.encode()), change.media_type, change.language).hashed())


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


def _difference(target: str, before: str | None, after: str | None) -> dict[str, Any]:
    found, same_values = compare_field(target, before, after, Budget())
    change: Outcome = "added" if before is None else "removed" if after is None else "changed"
    return FieldDifference(target, change, found, same_values=same_values).as_data()


def _apply(write: ProjectWrite, acceptance: Acceptance, changes: Mapping[str, Accepted]) -> Draft:
    """One version with all changed fields, under momentary leases. Raises `LockHeld`, `Conflict`."""
    refuse_foreign_leases(write, changes)
    current = write.project.current_draft
    hashes = [change.after["sha256"] for change in changes.values() if change.after]
    blobs = Blob.objects.in_bulk(hashes)
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
        data={"base_version": current.version_number if current else 0},
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


FIELD: Final = Kind(
    name=DEFAULT_KIND,
    statuses=OPEN,
    read=_read,
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
)
