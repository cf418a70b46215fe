"""Saving a version: content, event, draft and the project's pointer to it, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from blobs.models import Blob, sha256_of
from blobs.services import insert_blobs_sql
from drafts.content import FieldChange, changes_read_before, line_ends_changed, refused_texts
from drafts.fingerprints import fingerprint
from drafts.metrics import REFUSED_SAVES, SAVE_SECONDS
from drafts.models import MAX_MESSAGE, Draft, DraftKind, FieldContent
from drafts.origins import Origin
from drafts.renames import base_hash
from drafts.versions import repeated_draft, write_draft
from kernel.errors import DomainError, NotFound, StaleBase, ValidationFailed
from kernel.names import check_remark
from locking.leases import end_lease, held_leases, leases_by_token
from locking.models import EndReason
from locking.working_copies import delete_copies_sql, keep_refused_texts
from projects.fields import FILES
from projects.writing import project_write


@SAVE_SECONDS.time()
def save_draft(
    *,
    caller: Caller,
    project_id: UUID,
    session_id: UUID | None,
    base_version: int,
    changes: Mapping[str, Any],
    tokens: Mapping[str, int],
    revisions: Mapping[str, int] | None = None,
    message: str = "",
    release_locks: bool = False,
    origin: Origin | None = None,
) -> Draft:
    """Create the next version: the current draft with the caller's changed fields.

    Each changed field needs an open lease, given by its token in `tokens`. `base_version` is the version that the
    caller edited (0 before the first). Raises, in this order: `NotFound`, `ClientRefReused`, `PermissionDenied`,
    `ProjectFrozen`, `ValidationFailed`, `PayloadTooLarge`, `LockNotHeld`, `StaleToken`, `StaleBase` with the three
    texts of each field. After any refusal but `NotFound`, texts with a token of the caller's own lease are kept as its
    working copy (named by the refusal's `working_copy`). `origin` is what the texts were made from; only server code
    names one. Line ends of a prompt or configuration become LF, which `line_ends_changed` of the result reports; a file
    keeps its own.
    """
    # Without the session: a client that reconnects in a new session may repeat the same save.
    parameters = {
        "base_version": base_version,
        "changes": fingerprint(changes),
        "tokens": fingerprint(tokens),
        "message": fingerprint(message),
        "release_locks": release_locks,
        **({"origin": fingerprint(origin.facts)} if origin else {}),
    }
    revisions = revisions or {}
    read = changes_read_before(changes)
    try:
        also = leases_by_token(project_id, tokens.values())
        with project_write(
            caller=caller, project_id=project_id, action="draft.save", parameters=parameters, extra_query=also
        ) as write:
            if write.repeat_of is not None:
                draft = repeated_draft(write)
                draft.line_ends_changed = line_ends_changed(changes)
                return draft
            message = check_remark(message, name="message", maximum=MAX_MESSAGE, required=False)
            checked = read()
            current = write.project.current_draft
            check_base_version(base_version, current)
            leases = held_leases(write, session_id=session_id, fields=checked, tokens=tokens)
            _check_base(project_id, base_version, current, checked)
            after = _apply(current.fields if current else {}, checked)
            texts = {name: change.text for name, change in checked.items()}
            draft = write_draft(
                write,
                current=current,
                after=after,
                kind=DraftKind.SAVE,
                message=message,
                data={
                    "base_version": base_version,
                    "tokens": {name: lease.token for name, lease in leases.items()},
                    **(origin.event_data if origin else {}),
                },
                origin=origin.facts if origin else None,
                texts=texts,
                with_statements=[
                    *insert_blobs_sql(texts=[text for text in texts.values() if text is not None]),
                    delete_copies_sql(leases, revisions),
                ],
            )
            draft.line_ends_changed = line_ends_changed(changes)
            if release_locks:
                for lease in leases.values():
                    end_lease(write, lease, EndReason.SAVED)
            return draft
    except DomainError as refusal:
        REFUSED_SAVES.labels(refusal.code).inc()
        if not isinstance(refusal, NotFound):
            keeping = partial(keep_refused_texts, caller=caller, project_id=project_id, session_id=session_id)
            _keep_texts(refusal, partial(keeping, tokens=tokens, revisions=revisions), refused_texts(changes))
        raise


def _apply(before: Mapping[str, FieldContent], changes: Mapping[str, FieldChange]) -> dict[str, FieldContent]:
    after = dict(before)
    for name, change in changes.items():
        if change.text is None:
            if name not in after:
                raise ValidationFailed({name: [_("File not found.")]})
            del after[name]
            continue
        data = change.text.encode("utf-8")
        size = len(data) if name.startswith(FILES) else 0
        after[name] = FieldContent(sha256_of(data), change.media_type, change.language, size)
    return after


def check_base_version(base_version: int, current: Draft | None) -> None:
    """Raise `ValidationFailed` for a version that there is not yet."""
    newest = current.version_number if current else 0
    if not 0 <= base_version <= newest:
        problem = _("Must be between 0 and {newest}, the current version.").format(newest=newest)
        raise ValidationFailed({"base_version": [problem]})


def _check_base(project_id: UUID, base_version: int, current: Draft | None, changes: Mapping[str, FieldChange]) -> None:
    if current is None or current.version_number == base_version:
        return
    base = Draft.objects.filter(project_id=project_id, version_number=base_version).first()
    before = {name: base_hash(base, current, name) for name in changes}
    moved = [name for name in changes if before[name] != current.sha256_of(name)]
    if moved:
        texts = _texts({digest for name in moved for digest in (before[name], current.sha256_of(name))})
        raise StaleBase(
            _("{field} has changed since v{base}; it is now at v{current}.").format(
                field=moved[0], base=base_version, current=current.version_number
            ),
            current_version=current.version_number,
            fields={
                name: {
                    "base": texts.get(before[name]),
                    "theirs": texts.get(current.sha256_of(name)),
                    "yours": changes[name].text,
                }
                for name in moved
            },
        )


def _texts(hashes: set[str | None]) -> dict[str | None, str]:
    return {blob.sha256: blob.text for blob in Blob.objects.filter(sha256__in=hashes - {None})}


def _keep_texts(refusal: DomainError, keep: Callable[..., dict[str, UUID]], texts: Mapping[str, str]) -> None:
    """Keep the refused texts and add their ids to the refusal. If keeping them fails, the refusal stays unchanged."""
    try:
        kept = keep(texts=texts) if texts else {}
    except DomainError:
        return
    if kept:
        refusal.extra["working_copy"] = str(next(iter(kept.values())))
        refusal.extra["working_copies"] = {name: str(copy) for name, copy in kept.items()}
