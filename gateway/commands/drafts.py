"""Commands about drafts, and about the unsaved text of their writers."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from drafts.reading import body
from drafts.services import change_files, save_draft
from gateway.commands.values import strict_value
from gateway.parameters import ChangedFiles, KeptText, OneField, Save
from gateway.registry import Command, CommandContext, Lane, command
from gateway.watching import read_live_text
from locking.working_copies import put_working_copy


@command("draft.save", Lane.SERIALIZED)
def save(at: CommandContext, params: Save) -> dict[str, Any]:
    draft = save_draft(
        caller=dataclasses.replace(at.caller, client_ref=params.client_ref),
        project_id=at.project_id,
        session_id=at.session_id,
        base_version=params.base_version,
        changes={name: strict_value(name, raw) for name, raw in params.changes.items()},
        tokens=params.tokens,
        revisions=params.revisions,
        message=params.message,
        release_locks=params.release_locks,
    )
    return body(draft)


@command("files.change", Lane.SERIALIZED)
def change(at: CommandContext, params: ChangedFiles) -> dict[str, Any]:
    draft = change_files(
        caller=dataclasses.replace(at.caller, client_ref=params.client_ref),
        project_id=at.project_id,
        session_id=at.session_id,
        base_version=params.base_version,
        changes={name: strict_value(name, raw) for name, raw in params.changes.items()},
        renames=params.renames,
        message=params.message,
    )
    return body(draft)


@command("working_copy.put", Lane.WRITE)
def put(at: CommandContext, params: KeptText) -> dict[str, Any]:
    revision = put_working_copy(
        caller=at.caller,
        project_id=at.project_id,
        session_id=at.session_id,
        field=params.field,
        token=params.token,
        revision=params.revision,
        content=params.content,
    )
    return {"revision": revision}


@command("text.get", Lane.READ, is_automatic=True, only_reads=True)
def get_text(at: CommandContext, params: OneField) -> dict[str, Any]:
    return read_live_text(user=at.caller.user, project_id=at.project_id, field=params.field)


DRAFT_COMMANDS: Final[tuple[Command, ...]] = (save, change, put, get_text)
