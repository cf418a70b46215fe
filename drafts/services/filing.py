"""Changing files as files, whoever has them open: adding, replacing, renaming and removing several in one version.

Like a revert, this takes no lock beforehand. Under the project's row lock it refuses while another session holds one of
the files, and the journal keeps a momentary lease for each name that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from blobs.models import Blob
from blobs.services import store_texts
from drafts.content import MEDIA_TYPES, FieldChange, applied, language_of, read_changes
from drafts.fingerprints import fingerprint
from drafts.models import MAX_MESSAGE, Draft, DraftKind, FieldContent
from drafts.services.saving import check_base_version
from drafts.syntax import check_syntax
from drafts.versions import changed_fields, repeated_draft, write_draft
from kernel.errors import Conflict, PayloadTooLarge, StaleBase, ValidationFailed
from kernel.names import check_remark
from locking.leases import end_lease, leases_of_session, momentary_lease
from locking.models import EndReason, Lease, Session, WorkingCopy
from locking.services import move_leases
from projects.fields import check_field_name, field_kind, file_path
from projects.writing import ProjectWrite, project_write

Fields = Mapping[str, FieldContent]


def change_files(
    *,
    caller: Caller,
    project_id: UUID,
    session_id: UUID | None,
    base_version: int,
    changes: Mapping[str, Any] | None = None,
    renames: Mapping[str, str] | None = None,
    message: str = "",
) -> Draft:
    """Create the next version: the current draft with files added, replaced, removed and renamed.

    `changes` are as in a save: file field → `{language, content}`, or None to remove the file. `renames` are new field
    → old field; a renamed file keeps its content, and its comments, its history and the session's own lock and unsaved
    text follow it. Its language follows a new ending unless another one was chosen. `base_version` is the version that
    the caller saw: a file that changed since is neither replaced nor removed (`StaleBase`).

    Raises `ValidationFailed` with every problem by field, `LockHeld` while another session edits a file, `Conflict` for
    files that are the same already. A file that this session itself is editing is not replaced, and is removed with its
    unsaved text.
    """
    changes, renames = changes or {}, renames or {}
    parameters = {
        "base_version": base_version,
        "changes": fingerprint(changes),
        "renames": fingerprint(renames),
        "message": fingerprint(message),
        "what": "files",
    }
    checked, problems = _read(changes)
    with project_write(caller=caller, project_id=project_id, action="draft.save", parameters=parameters) as write:
        if write.repeat_of is not None:
            return repeated_draft(write)
        message = check_remark(message, name="message", maximum=MAX_MESSAGE, required=False)
        if session_id is not None:
            Session.objects.require_own(user=caller.user, project_id=project_id, session_id=session_id)
        current = write.project.current_draft
        before: Fields = current.fields if current else {}
        check_base_version(base_version, current)
        _check_names(checked, renames, before, problems)
        held = leases_of_session(write, session_id=session_id, fields=[*checked, *renames, *renames.values()])
        _check_held(checked, renames, held)
        _check_base(write.project.id, base_version, current, checked)
        after = applied(_renamed(before, renames), checked)
        if not changed_fields(before, after):
            raise Conflict(_("These files are the same already."))
        store_texts(texts=[change.text for change in checked.values() if change.text is not None])
        draft = write_draft(
            write,
            current=current,
            after=after,
            kind=DraftKind.SAVE,
            message=message,
            renamed=renames,
            data={"base_version": base_version},
        )
        _record_leases(write, draft, held, checked)
        move_leases(write, renames)
        return draft


def _read(changes: Mapping[str, Any]) -> tuple[dict[str, FieldChange], dict[str, list[str]]]:
    """The changes that are right, and what is wrong with each of the others. Checked before the project is locked."""
    checked: dict[str, FieldChange] = {}
    problems: dict[str, list[str]] = {}
    for name, value in changes.items():
        try:
            checked |= read_changes({name: value})
        except ValidationFailed as refusal:
            problems[name] = next(iter(refusal.errors.values()))
        except PayloadTooLarge as refusal:
            problems[name] = [refusal.detail]
    return checked, problems


def _check_names(
    changes: Mapping[str, FieldChange], renames: Mapping[str, str], before: Fields, problems: dict[str, list[str]]
) -> None:
    """Refuse what is no file, is not there, or is there already. Raises `ValidationFailed` with all problems."""
    if not changes and not renames and not problems:
        raise ValidationFailed({"changes": [_("Name at least one file.")]})
    for name, change in changes.items():
        if field_kind(name) != "file":
            problems[name] = [_("Only files can be changed this way.")]
        elif change.text is None and name not in before:
            problems[name] = [_("File not found.")]
    sources: set[str] = set()
    for new, old in renames.items():
        problem = _name_problem(new, old, before)
        if problem is None and (old in sources or {new, old} & changes.keys()):
            problem = _("A file can be renamed or changed, but not both at once.")
        if problem:
            problems[str(new)] = [problem]
        sources.add(old)
    if problems:
        raise ValidationFailed(problems)


def _name_problem(new: str, old: str, before: Fields) -> str | None:
    for name in (new, old):
        try:
            check_field_name(name, parameter="name")
        except ValidationFailed as refusal:
            return refusal.errors["name"][0]
    if "file" not in {field_kind(new)} & {field_kind(old)}:
        return _("Only files can be renamed.")
    if old not in before:
        return _("There is no file {path} any more.").format(path=file_path(old))
    if new in before:
        return _("There is a file with this path already.")
    return None


def _check_held(changes: Mapping[str, FieldChange], renames: Mapping[str, str], held: Mapping[str, Lease]) -> None:
    """Refuse to overwrite what this session itself is writing. Raises `ValidationFailed`."""
    words = _("You are editing this file. Save it or stop editing first.")
    written = {name for name, change in changes.items() if change.text is not None} | renames.keys()
    problems = {name: [words] for name in sorted(written & held.keys())}
    if problems:
        raise ValidationFailed(problems)


def _check_base(project_id: UUID, base_version: int, current: Draft | None, changes: Mapping[str, FieldChange]) -> None:
    if current is None or current.version_number == base_version:
        return
    base = Draft.objects.filter(project_id=project_id, version_number=base_version).first()
    for name in changes:
        # By name alone: whoever adds a file must not replace one that was given this name since.
        if (base.sha256_of(name) if base else None) != current.sha256_of(name):
            words = _("{field} has changed since v{base}; it is now at v{current}.")
            raise StaleBase(
                words.format(field=name, base=base_version, current=current.version_number),
                field=name,
                current_version=current.version_number,
            )


def _renamed(before: Fields, renames: Mapping[str, str]) -> dict[str, FieldContent]:
    after = {name: content for name, content in before.items() if name not in renames.values()}
    return after | {new: _with_language(before[old], old, new) for new, old in renames.items()}


def _with_language(content: FieldContent, old: str, new: str) -> FieldContent:
    """The content under its new name. Raises `ValidationFailed` where it breaks the syntax that a new ending means."""
    language = language_of(file_path(new))
    if content.language != language_of(file_path(old)) or language == content.language:
        return content
    check_syntax(Blob.objects.get(pk=content.sha256).text, language=language, name=new)
    return FieldContent(content.sha256, MEDIA_TYPES.get(language or "", "text/plain"), language, content.size)


def _record_leases(
    write: ProjectWrite, draft: Draft, held: Mapping[str, Lease], changes: Mapping[str, FieldChange]
) -> None:
    """Keep the momentary leases, and end those on files that this version removes, with their unsaved texts."""
    Lease.objects.bulk_create(
        [
            momentary_lease(write, field=name, event_seq=draft.event_seq, at=draft.created_at)
            for name in draft.changed_fields
        ]
    )
    for name, lease in held.items():
        if name in changes:
            WorkingCopy.objects.filter(lease=lease).delete()
            end_lease(write, lease, EndReason.SAVED)
