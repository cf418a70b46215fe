"""Rules, scripts and views are switched on in exactly one text, at this site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from audit.event_types import EventType
from audit.services import Target
from projects.writing import ProjectWrite
from stages.automation.choices import Kind
from stages.automation.events import RULE_SAVED, SCRIPT_SWITCHED, VIEW_SWITCHED
from stages.automation.models import Switch

_EVENTS: Final[Mapping[Kind, EventType]] = {
    Kind.RULE: RULE_SAVED,
    Kind.SCRIPT: SCRIPT_SWITCHED,
    Kind.VIEW: VIEW_SWITCHED,
}


def set_switch(
    write: ProjectWrite,
    *,
    kind: Kind,
    record: str,
    name: str,
    sha256: str,
    is_on: bool,
    grants: Any = (),
    reason: str | None = None,
    facts: Mapping[str, Any] | None = None,
    event: EventType | None = None,
) -> Switch:
    """Switch a rule, script or view on or off in the text of this hash, with its event (`rule.saved`, `….switched`).

    `facts` are further members of the event; `event` is another one that says so, such as a deletion.
    """
    switch = Switch.objects.filter(project=write.project, record=record).first()
    if switch is None:
        switch = Switch(project=write.project, record=UUID(record), kind=kind)
    switch.sha256, switch.is_on, switch.grants, switch.changed_by = sha256, is_on, grants or [], write.caller.user
    switch.is_paused = False
    data = {
        f"{kind.value}_id": record,
        "switch_id": str(switch.id),
        "name": name,
        "sha256": sha256,
        "is_on": is_on,
        "grants": switch.grants,
        **(facts or {}),
    }
    recorded = write.record((event or _EVENTS[kind]).name, Target.of(kind.value, record), data, reason=reason)
    switch.changed_at = recorded.at
    switch.save()
    return switch
