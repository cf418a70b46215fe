"""Scripts of a project: written by editors, switched on by owners in exactly one text, run by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from audit.models import Event
from audit.services import Target
from kernel.canonical import canonical
from kernel.errors import Conflict, NotFound, PayloadTooLarge
from kernel.names import check_name, check_reason
from notifications.services import resolve
from projects.access import get_project
from projects.writing import project_write
from stages.automation.changes.triggers import check_triggers
from stages.automation.choices import Cause, ExecutionState, Kind
from stages.automation.errors import ScriptOff
from stages.automation.events import SCRIPT_SAVED, SCRIPT_STARTED, SCRIPT_WANTS_GRANTS
from stages.automation.executing.scripts import Script, load_script, script_of, switch_of
from stages.automation.executing.settings import read_settings
from stages.automation.facets import SCRIPT, record_id
from stages.automation.jobs import queue_execution
from stages.automation.models import Execution
from stages.automation.permissions import RUN_SCRIPT, SAVE_SCRIPT, SWITCH_SCRIPT
from stages.automation.services.changes import queue_waiting
from stages.automation.services.script_checks import (
    arguments_or_refuse,
    canonical_or_refuse,
    check_title,
    grants_or_refuse,
    require_source,
    settings_hash,
    text_hash,
    text_of_settings,
)
from stages.automation.services.switching import set_switch
from stages.automation.services.writing import automation_write, put_values, write_records
from stages.registers.fold.acts import Acts
from stages.registers.services.writing import RegisterWrite

MAX_NAME: Final = 100
MAX_ARGUMENTS: Final = 1 << 20
# Executions by hand of one person that have not ended: few runners serve the whole site, one after the other.
MAX_WAITING: Final = 30
UNENDED: Final = (ExecutionState.QUEUED, ExecutionState.RUNNING)


@dataclass(frozen=True, slots=True)
class Saved:
    """A script as it was saved: its record, and the hash of its text."""

    script_id: str
    name: str
    sha256: str


def save_script(
    *,
    caller: Caller,
    project_id: UUID,
    name: str,
    source: str,
    title: str = "",
    settings: Mapping[str, Any] | None = None,
    base_sha256: str | None = None,
    base_settings: str | None = None,
) -> Saved:
    """Write a script of the project itself, new or again. Another text is off until an owner switches it on.

    `base_sha256` is the hash of the text that its writer began with, empty for a name that nothing has yet;
    `base_settings` that of the settings (`settings_hash`), where it matters that nobody changed them since. Raises
    `Conflict` with the hash of the text that is there where that is another one, or a script is of a module;
    `ValidationFailed` for a text that is no Lua, with its line, and for settings, with the path of what is wrong;
    `PayloadTooLarge`.
    """
    name = check_name(name, name="name", maximum=MAX_NAME)
    require_source(source)
    settings_text = text_of_settings(settings or {})
    check_title(title)
    entity = record_id(project_id, SCRIPT, name)

    def write(registers: RegisterWrite) -> Saved:
        check_triggers(read_settings(settings or {}).on_change, registers.composing.schema)
        storage = registers.increment.storage
        before = script_of(storage, entity)
        if before is not None and before.module:
            raise Conflict(_("This script is of a module. Save yours under another name."), module=before.module)
        _check_base(before, base_sha256)
        if base_settings is not None and before is not None and settings_hash(before.settings) != base_settings:
            raise Conflict(_("Somebody has changed the settings meanwhile: this is what they are now. Try again."))
        values = {"name": name, "title": title, "source": source, "settings": settings_text}
        saved = Saved(entity, name, text_hash(source))
        payloads = put_values(Acts(registers.increment), entity, SCRIPT, values)
        if not payloads:
            return saved
        data = {"script_id": entity, "name": name, "sha256": saved.sha256, "settings": text_hash(settings_text)}
        registers.write.record(SCRIPT_SAVED.name, Target.of("script", entity), data)
        write_records(registers, payloads)
        return saved

    return automation_write(
        caller=caller,
        project_id=project_id,
        action=SAVE_SCRIPT,
        parameters={"name": name, "source": source, "title": title, "settings": settings_text, "base": base_sha256},
        write=write,
        repeat=lambda event: Saved(event.data["script_id"], event.data["name"], event.data["sha256"]),
    )


def change_script(
    *,
    caller: Caller,
    project_id: UUID,
    script_id: UUID,
    source: str | None = None,
    title: str | None = None,
    settings: Mapping[str, Any] | None = None,
    base_sha256: str | None = None,
    base_settings: str | None = None,
) -> Saved:
    """Save a script that is there under its name; what is None stays. Raises `NotFound`, and as `save_script`."""
    get_project(user=caller.user, project_id=project_id, action=SAVE_SCRIPT)
    found = find_script(project_id, script_id)
    # What stays must still be there when it is written.
    base = found.sha256 if base_sha256 is None and source is None else base_sha256
    return save_script(
        caller=caller,
        project_id=project_id,
        name=found.name,
        source=found.source if source is None else source,
        title=found.title if title is None else title,
        settings=found.settings.to_json() if settings is None else settings,
        base_sha256=base,
        base_settings=base_settings,
    )


def switch_script(
    *,
    caller: Caller,
    project_id: UUID,
    script_id: UUID,
    sha256: str,
    is_on: bool,
    grants: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Switch a script on, with what it may reach, in the text of this hash, or off. Owners only.

    Raises `Conflict` where the text is another one than the owner was shown, or sites do not agree about it,
    `ValidationFailed` for grants, with the path of what is wrong.
    """
    given = grants_or_refuse(grants)
    words = check_reason(reason) if reason else None
    parameters = {
        "script": str(script_id),
        "sha256": sha256,
        "is_on": is_on,
        "grants": given.to_json(),
        "reason": reason,
    }
    with project_write(caller=caller, project_id=project_id, action=SWITCH_SCRIPT, parameters=parameters) as write:
        if write.repeat_of is not None:
            return
        script = find_script(project_id, script_id)
        if script.sha256 != sha256:
            raise Conflict(_("The text has changed since. Read it again."), sha256=script.sha256)
        if is_on and script.in_conflict:
            raise Conflict(_("Two sites have changed this script. Decide first which text it has."))
        granted = given.to_json() if is_on else {}
        set_switch(
            write,
            kind=Kind.SCRIPT,
            record=script.id,
            name=script.name,
            sha256=sha256,
            is_on=is_on,
            grants=granted,
            reason=words,
        )
        resolve(line=SCRIPT_WANTS_GRANTS, project_id=project_id, facts={"script_id": script.id})
        if is_on:
            queue_waiting(project_id, UUID(script.id))


def run_script(
    *, caller: Caller, project_id: UUID, script_id: UUID, args: Mapping[str, Any] | None = None
) -> Execution:
    """Run a script by hand, with `args` as its settings ask for; what it stages is its starter's private proposal.

    Raises `ScriptOff`, `ValidationFailed` naming an argument, and `Conflict` while too many of theirs have not ended.
    """
    given = dict(args or {})
    if len(canonical_or_refuse(given)) > MAX_ARGUMENTS:
        raise PayloadTooLarge(_("What is given to a script has at most 1 MiB."))
    parameters = {"script": str(script_id), "args": given}
    with project_write(caller=caller, project_id=project_id, action=RUN_SCRIPT, parameters=parameters) as write:
        if write.repeat_of is not None:
            return _started_before(write.repeat_of)
        script = find_script(project_id, script_id)
        if switch_of(project_id, script) is None:
            raise ScriptOff(_("An owner has to switch this text of it on first."))
        values = arguments_or_refuse(script, given)
        _check_waiting(caller)
        execution = Execution(
            id=uuid7(),
            project_id=project_id,
            script=UUID(script.id),
            name=script.name,
            sha256=script.sha256,
            cause=Cause.MANUAL,
            person=caller.user,
            args=values,
        )
        data = {
            "script_id": script.id,
            "name": script.name,
            "sha256": script.sha256,
            "execution_id": str(execution.id),
            "args": text_hash(canonical(values)),
        }
        execution.created_at = write.record(SCRIPT_STARTED.name, Target.of("script", script.id), data).at
        execution.save(force_insert=True)
        queue_execution(execution.id)
    return execution


def _check_waiting(caller: Caller) -> None:
    """Refuse more executions of one person than others can wait for. Raises `Conflict`."""
    begun = Execution.objects.filter(person=caller.user, cause=Cause.MANUAL, state__in=UNENDED)
    if begun.count() >= MAX_WAITING:
        words = _("{most} executions of yours have not ended yet. Wait for them, or stop some.")
        raise Conflict(words.format(most=MAX_WAITING), limit=MAX_WAITING)


def find_script(project_id: UUID, script_id: UUID | str) -> Script:
    """A script of a project. Raises `NotFound`."""
    found = load_script(project_id, script_id)
    if found is None:
        raise NotFound(_("There is no such script."))
    return found


def _check_base(before: Script | None, base_sha256: str | None) -> None:
    """Refuse a save that was made from another text than the one that is there."""
    if base_sha256 is None or base_sha256 == (before.sha256 if before is not None else ""):
        return
    if before is None:
        raise Conflict(_("The script was deleted meanwhile."), sha256="")
    if not base_sha256:
        words = _("There is a script “{name}” already. Choose another name.")
        raise Conflict(words.format(name=before.name), sha256=before.sha256, script_id=before.id)
    raise Conflict(_("Somebody else has saved this script meanwhile."), sha256=before.sha256)


def _started_before(event: Event) -> Execution:
    return Execution.objects.get(pk=event.data["execution_id"])
