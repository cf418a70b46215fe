"""What else is done with a script: deleting it, and asking the owners to switch its text on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.models import Event
from audit.services import Target
from kernel.errors import Conflict, NotFound, RateLimited
from kernel.names import check_reason, check_remark
from projects.models import Member, Role
from projects.writing import project_write
from stages.automation.choices import Kind
from stages.automation.events import SCRIPT_ASKED, SCRIPT_DELETED, SCRIPT_WANTS_GRANTS
from stages.automation.executing.scripts import script_of, switch_of
from stages.automation.models import Switch
from stages.automation.permissions import ASK_FOR_GRANTS, DELETE_SCRIPT
from stages.automation.services.scripts import find_script
from stages.automation.services.switching import set_switch
from stages.automation.services.writing import automation_write, write_records
from stages.registers.fold.acts import Acts
from stages.registers.services.writing import RegisterWrite
from stages.registers.verbs import schema_records

MAX_MESSAGE: Final = 1000
# One text is asked for once in this time, and one person asks for so many in it: owners have other lines to read.
ASKED_AGAIN: Final = timedelta(hours=1)
MAX_ASKED: Final = 10


def delete_script(*, caller: Caller, project_id: UUID, script_id: UUID, reason: str) -> None:
    """Delete a script of the project itself and switch it off; its executions stay.

    Raises `NotFound`, `ValidationFailed` without a reason, `Conflict` for a script of a module.
    """
    words = check_reason(reason)

    def write(registers: RegisterWrite) -> None:
        script = script_of(registers.increment.storage, str(script_id))
        if script is None:
            raise NotFound(_("There is no such script."))
        if script.module:
            raise Conflict(_("This script is of a module; it goes when the module is left."), module=script.module)
        data = {"script_id": script.id, "name": script.name, "title": script.title, "sha256": script.sha256}
        registers.write.record(SCRIPT_DELETED.name, Target.of("script", script.id), data, reason=words)
        switch = Switch.objects.filter(project=project_id, record=script.id, is_on=True).first()
        if switch is not None:
            # A script of the same name, made later, must not be on because this one was.
            given: dict[str, Any] = {"kind": Kind.SCRIPT, "record": script.id, "name": script.name}
            set_switch(registers.write, **given, sha256=switch.sha256, is_on=False, grants={}, reason=words)
        write_records(registers, schema_records.remove(Acts(registers.increment), [script.id]), reason=words)

    automation_write(
        caller=caller,
        project_id=project_id,
        action=DELETE_SCRIPT,
        parameters={"script": str(script_id), "reason": words},
        write=write,
        repeat=lambda event: None,
    )


def ask_for_grants(*, caller: Caller, project_id: UUID, script_id: UUID, sha256: str, message: str = "") -> list[str]:
    """Ask the owners to read this text and to switch it on; the names of those who were asked.

    Raises `Conflict` where the text is another one, or is on already; `RateLimited` where somebody asked for this text
    within `ASKED_AGAIN`, or the caller for many.
    """
    words = check_remark(message, name="message", maximum=MAX_MESSAGE, required=False)
    parameters = {"script": str(script_id), "sha256": sha256, "message": words}
    with project_write(caller=caller, project_id=project_id, action=ASK_FOR_GRANTS, parameters=parameters) as write:
        owners = Member.objects.filter(project=project_id, role=Role.OWNER, user__is_active=True)
        asked = dict(owners.order_by("user__display_name").values_list("user_id", "user__display_name"))
        if write.repeat_of is not None:
            return list(asked.values())
        script = find_script(project_id, script_id)
        if script.sha256 != sha256:
            raise Conflict(_("The text has changed since. Read it again."), sha256=script.sha256)
        if switch_of(project_id, script) is not None:
            raise Conflict(_("This text is on already."), sha256=script.sha256)
        _check_asked(caller, project_id, script.id, sha256)
        facts = {"script_id": script.id, "name": script.label, "sha256": sha256, "message": words}
        event = write.record(SCRIPT_ASKED.name, Target.of("script", script.id), facts)
        write.notify(SCRIPT_WANTS_GRANTS, asked, facts, event.seq)
    return list(asked.values())


def _check_asked(caller: Caller, project_id: UUID, script_id: str, sha256: str) -> None:
    lately = Event.objects.of_project(project_id).filter(action=SCRIPT_ASKED.name, at__gt=Now() - ASKED_AGAIN)
    wait = int(ASKED_AGAIN.total_seconds())
    if any(each.data["sha256"] == sha256 for each in lately.filter(target_id=script_id)):
        raise RateLimited(_("The owners were asked for this text within the last hour."), retry_after=wait)
    if lately.filter(actor_id=caller.user.id).count() >= MAX_ASKED:
        words = _("You have asked for {most} texts within the last hour. Wait, or talk to an owner.")
        raise RateLimited(words.format(most=MAX_ASKED), retry_after=wait)
