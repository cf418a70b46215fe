"""Making pads, renaming them, and closing them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.event_types import EventType
from audit.services import Target
from drafts.content import language_of
from drafts.models import CONFIGURATION_MEDIA, PROMPT_MEDIA
from drafts.reading import text_of
from kernel.errors import ValidationFailed
from kernel.ijson import with_lf
from kernel.names import check_name
from projects.fields import check_field_name, field_kind, file_path
from projects.writing import ProjectWrite, project_write
from stages.pads import events
from stages.pads.choices import Start
from stages.pads.events import pad_facts
from stages.pads.log import first_hash
from stages.pads.models import MAX_NAME, Pad
from stages.pads.reading import load_pad
from stages.pads.services.beginning import begin_with
from stages.pads.services.trail import lock_pad

NO_FACTS: Final[Mapping[str, Any]] = MappingProxyType({})

_LANGUAGE: Final = re.compile(r"[a-z0-9][a-z0-9+#.-]{0,31}\Z")


def create_pad(
    *,
    caller: Caller,
    project_id: UUID,
    name: str,
    language: str | None = None,
    target_field: str = "",
    start: str = Start.EMPTY,
) -> Pad:
    """Make a pad, perhaps for a field: empty, or with that field's text as its first revision, written by nobody.

    Its language is that of its field, where none is given. Raises `ValidationFailed`, also where the field has no text.
    """
    name = check_name(name, name="name", maximum=MAX_NAME)
    target_field = _checked_field(target_field)
    language = _language_of_field(target_field) if language is None else _checked_language(language)
    if start == Start.FIELD and not target_field:
        raise ValidationFailed({"target_field": [_("Which field does it begin with?")]})
    parameters = {"name": name, "language": language, "target_field": target_field, "start": str(start)}
    with project_write(caller=caller, project_id=project_id, action="pad.create", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(load_pad(UUID(write.repeat_of.target_id)))
        text = _text_of_field(write, target_field) if start == Start.FIELD else ""
        pad = insert_pad(write, pad_id=uuid7(), name=name, language=language, target_field=target_field)
        if text:
            begin_with(pad, text)
    return pad


def insert_pad(
    write: ProjectWrite,
    *,
    pad_id: UUID,
    name: str,
    language: str,
    target_field: str,
    facts: Mapping[str, Any] = NO_FACTS,
) -> Pad:
    """Make an empty pad in a write that may; `facts` are recorded besides."""
    pad = Pad(id=pad_id, project=write.project, name=name, language=language, target_field=target_field)
    pad.created_by = write.caller.user
    event = write.record(events.PAD_CREATED.name, _target(pad), {**pad_facts(pad), **_described(pad), **facts})
    pad.created_at = pad.changed_at = event.at
    pad.log_hash = first_hash(pad.id)
    pad.save(force_insert=True)
    return pad


def update_pad(
    *,
    caller: Caller,
    pad_id: UUID,
    name: str | None = None,
    language: str | None = None,
    target_field: str | None = None,
) -> Pad:
    """Change what a pad is called, its language, or the field that it is for. Raises `ValidationFailed`."""
    given = {
        "name": None if name is None else check_name(name, name="name", maximum=MAX_NAME),
        "language": None if language is None else _checked_language(language),
        "target_field": None if target_field is None else _checked_field(target_field),
    }
    changes = {column: value for column, value in given.items() if value is not None}
    found = load_pad(pad_id)
    parameters = {"pad": str(pad_id), **changes}
    with project_write(caller=caller, project_id=found.project_id, action="pad.manage", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(load_pad(pad_id))
        pad = lock_pad(pad_id)
        after = {column: value for column, value in changes.items() if value != getattr(pad, column)}
        if not after:
            return pad
        before = {column: getattr(pad, column) for column in after}
        for column, value in after.items():
            setattr(pad, column, value)
        write.record(events.PAD_UPDATED.name, _target(pad), {**pad_facts(pad), "before": before, "after": after})
        pad.save(update_fields=list(after))
    return pad


def close_pad(*, caller: Caller, pad_id: UUID) -> Pad:
    """Let nobody write in a pad any more, until it is reopened."""
    return _move(caller, pad_id, closed=True, event_type=events.PAD_CLOSED)


def reopen_pad(*, caller: Caller, pad_id: UUID) -> Pad:
    """Let people write in a pad again."""
    return _move(caller, pad_id, closed=False, event_type=events.PAD_REOPENED)


def _move(caller: Caller, pad_id: UUID, *, closed: bool, event_type: EventType) -> Pad:
    found = load_pad(pad_id)
    parameters = {"pad": str(pad_id), "closed": closed}
    with project_write(caller=caller, project_id=found.project_id, action="pad.manage", parameters=parameters) as write:
        if write.repeat_of is not None:
            return _repeated(load_pad(pad_id))
        pad = lock_pad(pad_id)
        if pad.is_closed != closed:
            _record_move(write, pad, closed=closed, event_type=event_type)
    return pad


def _text_of_field(write: ProjectWrite, field: str) -> str:
    """The current text of a field, with LF. Raises `ValidationFailed` where it has none."""
    draft = write.project.current_draft
    content = draft.fields.get(field) if draft is not None else None
    if content is None:
        raise ValidationFailed({"target_field": [_("The current version has no such field.")]})
    return with_lf(text_of(content))


def _record_move(write: ProjectWrite, pad: Pad, *, closed: bool, event_type: EventType) -> None:
    event = write.record(event_type.name, _target(pad), {**pad_facts(pad), "revision": pad.head})
    pad.closed_at = event.at if closed else None
    pad.save(update_fields=["closed_at"])


def _described(pad: Pad) -> dict[str, Any]:
    return {"language": pad.language, "target_field": pad.target_field}


def _target(pad: Pad) -> Target:
    return Target.of("pad", pad.id)


def _checked_language(language: str) -> str:
    if language and not _LANGUAGE.match(language):
        raise ValidationFailed({"language": [_("The language must be a short lowercase name, or empty.")]})
    return language


def _checked_field(field: str) -> str:
    return check_field_name(field, parameter="target_field") if field else ""


def _language_of_field(field: str) -> str:
    """What a field is written in; texts that are for no field are Markdown."""
    if field and field_kind(field) == "file":
        return language_of(file_path(field)) or ""
    return CONFIGURATION_MEDIA[1] if field and field_kind(field) == "configuration" else PROMPT_MEDIA[1]


def _repeated(pad: Pad) -> Pad:
    pad.repeated = True
    return pad
