"""Inserting a version: the last step of every write that changes texts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from uuid_utils.compat import uuid7

from audit.services import Target
from blobs.models import Blob
from drafts.content import check_files, content_hash
from drafts.metrics import VERSIONS
from drafts.models import Draft, DraftKind, FieldContent
from drafts.new_versions import NewVersion, run_version_steps
from drafts.search.indexing import VersionIndex
from kernel.statements import Statement
from projects.fields import CONFIGURATION, FILES, PROMPT, file_path
from projects.writing import ProjectWrite

_INSERT_DRAFT = """
INSERT INTO drafts_draft (id, project_id, version_number, prompt_id, configuration_id, files, author_id, message, kind,
    source_version, origin, changed_fields, content_hash, renamed, created_at)
SELECT %s, %s, %s, %s, %s, %s::jsonb, %s, %s, %s, %s::int, %s::jsonb, %s::text[], %s, %s::jsonb, event.at FROM event
"""
_POINT_PROJECT = "UPDATE projects_project SET current_draft_id = %s WHERE id = %s"


def write_draft(
    write: ProjectWrite,
    *,
    current: Draft | None,
    after: Mapping[str, FieldContent],
    kind: DraftKind,
    message: str,
    source_version: int | None = None,
    origin: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    reason: str | None = None,
    texts: Mapping[str, str | None] | None = None,
    renamed: Mapping[str, str] | None = None,
    with_statements: Sequence[Statement] = (),
) -> Draft:
    """Insert the version after `current`. The caller has already checked the locks of the changed fields.

    `after` contains all fields of the new version; their contents are stored already, or by one of `with_statements`.
    `origin` is `{type, id, contributors: [{id, characters}]}` of what the version was made from, such as a proposal.
    The event is recorded first: its time becomes the draft's, and its `seq` the token of a momentary lease. `texts` are
    the texts of the changed fields (None for a removed file), if the caller has them: the search index and readers of
    the result then need no further query. `renamed` are the files that have another name than before, new → old. Steps
    registered by apps (`drafts.new_versions`) run last; if one raises, nothing is written.
    """
    before = current.fields if current else {}
    check_files(after)
    draft = Draft(
        id=uuid7(),
        project=write.project,
        version_number=(current.version_number if current else 0) + 1,
        prompt_id=after[PROMPT].sha256 if PROMPT in after else None,
        configuration_id=after[CONFIGURATION].sha256 if CONFIGURATION in after else None,
        files={
            file_path(name): {**content.hashed(), "size": content.size}
            for name, content in after.items()
            if name.startswith(FILES)
        },
        author=write.caller.user,
        message=message,
        kind=kind.value,
        source_version=source_version,
        origin=dict(origin) if origin else None,
        changed_fields=changed_fields(before, after),
        content_hash=content_hash(after),
        renamed=dict(renamed) if renamed else None,
    )
    facts = {**_facts_of(draft, before, after), **(data or {})}
    inserting: Statement = (_INSERT_DRAFT, _row_of(draft))
    pointing: Statement = (_POINT_PROJECT, [draft.id, write.project.id])
    held = {name: content.sha256 for name, content in before.items()}
    index = VersionIndex(project_id=write.project.id, version=draft.version_number, before=held)
    indexing = index.statements(texts) if texts is not None else []
    together = [*with_statements, inserting, pointing, *indexing]
    event = write.record("draft.saved", Target.of("draft", draft.id), facts, reason=reason, with_statements=together)
    if texts is None:
        index.follow({name: draft.sha256_of(name) for name in draft.changed_fields})
    else:
        _attach_texts(draft, texts)
    draft.created_at = event.at
    draft.event_seq = event.seq
    write.project.current_draft = draft
    write.afterwards(VERSIONS.labels(kind.value).inc)
    run_version_steps(NewVersion(write, draft, current))
    return draft


def _attach_texts(draft: Draft, texts: Mapping[str, str | None]) -> None:
    """Attach the texts to the version, so that reading them needs no query."""
    for name, relation in ((PROMPT, "prompt"), (CONFIGURATION, "configuration")):
        text, digest = texts.get(name), draft.sha256_of(name)
        if text is not None and digest is not None:
            data = text.encode()
            setattr(draft, relation, Blob(sha256=digest, size=len(data), data=data))


def _row_of(draft: Draft) -> list[Any]:
    return [
        draft.id,
        draft.project_id,
        draft.version_number,
        draft.prompt_id,
        draft.configuration_id,
        json.dumps(draft.files),
        draft.author_id,
        draft.message,
        draft.kind,
        draft.source_version,
        json.dumps(draft.origin) if draft.origin else None,
        draft.changed_fields,
        draft.content_hash,
        json.dumps(draft.renamed) if draft.renamed else None,
    ]


def changed_fields(before: Mapping[str, FieldContent], after: Mapping[str, FieldContent]) -> list[str]:
    """The names of the fields that differ: prompt and configuration first, then files by path."""
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    order = {PROMPT: 0, CONFIGURATION: 1}
    return sorted(names, key=lambda name: (order.get(name, 2), name))


def repeated_draft(write: ProjectWrite) -> Draft:
    """The version that an earlier request with the same `client_ref` made."""
    assert write.repeat_of is not None
    draft = Draft.objects.select_related("author").get(pk=write.repeat_of.target_id)
    draft.repeated = True
    return draft


def _facts_of(draft: Draft, before: Mapping[str, FieldContent], after: Mapping[str, FieldContent]) -> dict[str, Any]:
    """The data of a version's event: hashes before and after, but never texts."""
    renamed = draft.renamed or {}
    removed = [name for name in draft.changed_fields if name not in after and name not in renamed.values()]
    return {
        "version": draft.version_number,
        "kind": draft.kind,
        "source_version": draft.source_version,
        "message": draft.message,
        "changed_fields": draft.changed_fields,
        "content_hash": draft.content_hash,
        "fields": {
            name: {
                "before": before[name].sha256 if name in before else None,
                "after": after[name].sha256 if name in after else None,
            }
            for name in draft.changed_fields
        },
        **({"origin": draft.origin} if draft.origin else {}),
        **({"renamed": draft.renamed} if draft.renamed else {}),
        **({"removed": removed} if removed else {}),
    }
