"""Issuing, changing and withdrawing directives; what of it happens at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from kernel.errors import Conflict, ValidationFailed
from kernel.names import MAX_REASON, check_reason, check_remark
from publishing.models import Release
from publishing.services.facts import access_to
from stages.fleet import events
from stages.fleet.choices import Destination, DirectiveStatus, Layer, Mode, RequestKind
from stages.fleet.directive_rules import check_not_over, check_together, check_values
from stages.fleet.directive_values import COLUMNS, Values, values_of
from stages.fleet.models import Directive
from stages.fleet.permissions import MANAGE_RULES
from stages.fleet.reading import visible_directive
from stages.fleet.services.asking import Submitted, repeated_submission, submit
from stages.fleet.services.carrying_out import check_fits, lock_directive, record_directive, require_grant
from stages.fleet.services.sealing import seal_edition
from stages.fleet.services.writing import FleetWrite, fleet_write

# What a new directive is where nothing else is said.
DEFAULTS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "category": "",
        "position": 0,
        "layer": Layer.PROJECT,
        "destination": Destination.CLAUDE,
        "path": "",
        "match": [],
        "mode": Mode.BLOCK,
        "overridable": False,
        "replaces_id": None,
        "starts_at": None,
        "ends_at": None,
    }
)


def submit_directive(*, caller: Caller, team_id: UUID, release_id: UUID, reason: str = "", **values: Any) -> Submitted:
    """Bring a field of a release to a team's stations, once the team has agreed.

    `values` are columns of the directive (`COLUMNS`): `field` and `title`, and what is not as in `DEFAULTS`;
    `timeout_hours` is the team's where it is not given. The caller must be able to read the project, whose owner must
    have let its releases go to the team or to one above it. Raises `NotFound`, `PermissionDenied`, `Conflict` for a
    release that is not released, and `ValidationFailed` by parameter.
    """
    access_to(user=caller.user, release_id=release_id)
    project_id = Release.objects.values_list("project_id", flat=True).get(pk=release_id)
    checked = _checked({**DEFAULTS, **values, "release_id": release_id})
    reason = _checked_reason(reason)
    with fleet_write(
        caller=caller,
        project_id=project_id,
        team_id=team_id,
        action=MANAGE_RULES,
        name="directive.submit",
        parameters={**checked, "reason": reason},
        reads_project=True,
    ) as write:
        if write.repeat_of is not None:
            return repeated_submission(write.repeat_of)
        write.require_open_team()
        checked.setdefault("timeout_hours", write.team.timeout_hours)
        directive_id = uuid7()
        check_fits(write, checked, directive_id=directive_id)
        payload = {"directive_id": str(directive_id), **checked}
        return submit(write, RequestKind.ISSUE, payload, reason=reason, directive=None)


def change_directive(*, caller: Caller, directive_id: UUID, reason: str = "", **changes: Any) -> Submitted:
    """Change columns of a directive (`COLUMNS`), once the team has agreed; another release needs the grant, too.

    Raises `ValidationFailed` by parameter, also where nothing changes; `Conflict` for a withdrawn directive.
    """
    _refuse_unknown(changes)
    wanted = check_values(changes)
    reason = _checked_reason(reason)
    parameters = {"directive": str(directive_id), "reason": reason, **wanted}
    with _about(caller, directive_id, "directive.change", parameters, reads_project="release_id" in wanted) as (
        write,
        directive,
    ):
        if write.repeat_of is not None:
            return repeated_submission(write.repeat_of)
        write.require_open_team()
        _require_not_withdrawn(directive)
        now = values_of(directive)
        after = {name: value for name, value in wanted.items() if value != now[name]}
        if not after:
            raise ValidationFailed({"body": [_("Nothing would change.")]})
        check_fits(write, {**now, **after}, directive_id=directive.id, needs_grant="release_id" in after)
        if "ends_at" in after:
            check_not_over({**now, **after})
        payload = {
            "directive_id": str(directive.id),
            "before": {name: now[name] for name in after},
            "after": after,
        }
        return submit(write, RequestKind.CHANGE, payload, reason=reason, directive=directive)


def withdraw_directive(*, caller: Caller, directive_id: UUID, reason: str) -> Submitted:
    """Take a directive off the stations for good, once the team has agreed. Raises `Conflict`."""
    reason = check_reason(reason)
    parameters = {"directive": str(directive_id), "reason": reason}
    with _about(caller, directive_id, "directive.withdraw", parameters) as (write, directive):
        if write.repeat_of is not None:
            return repeated_submission(write.repeat_of)
        write.require_open_team()
        _require_not_withdrawn(directive)
        payload = {"directive_id": str(directive.id)}
        return submit(write, RequestKind.WITHDRAW, payload, reason=reason, directive=directive)


def pause_directive(*, caller: Caller, directive_id: UUID, reason: str) -> Directive:
    """Let stations keep what they have of a directive, at once: none writes, restores or removes its text.

    Raises `Conflict` for one that is not active.
    """
    reason = check_reason(reason)
    with _about(caller, directive_id, "directive.pause", {"directive": str(directive_id), "reason": reason}) as (
        write,
        directive,
    ):
        if write.repeat_of is None:
            if directive.status != DirectiveStatus.ACTIVE:
                raise Conflict(_("Only an active directive can be paused."))
            record_directive(write, directive, events.DIRECTIVE_PAUSED, {}, reason=reason)
            _set_status(write, directive, DirectiveStatus.PAUSED, events.DIRECTIVE_PAUSED.name)
    return directive


def resume_directive(*, caller: Caller, directive_id: UUID, reason: str) -> Directive:
    """Have stations keep a paused directive as it is now, at once. Raises `Conflict` for one that is not paused."""
    reason = check_reason(reason)
    with _about(caller, directive_id, "directive.resume", {"directive": str(directive_id), "reason": reason}) as (
        write,
        directive,
    ):
        if write.repeat_of is None:
            if directive.status != DirectiveStatus.PAUSED:
                raise Conflict(_("Only a paused directive can be resumed."))
            record_directive(write, directive, events.DIRECTIVE_RESUMED, {}, reason=reason)
            _set_status(write, directive, DirectiveStatus.ACTIVE, events.DIRECTIVE_RESUMED.name)
    return directive


def roll_back_directive(*, caller: Caller, directive_id: UUID, release_id: UUID, reason: str) -> Directive:
    """Carry a release again that the directive carried before, at once.

    Raises `Conflict` for a release that it never carried or carries now, `PermissionDenied` where the project does not
    let its releases go there any more.
    """
    reason = check_reason(reason)
    parameters = {"directive": str(directive_id), "release": str(release_id), "reason": reason}
    with _about(caller, directive_id, "directive.roll_back", parameters) as (write, directive):
        if write.repeat_of is not None:
            return directive
        _require_not_withdrawn(directive)
        if release_id not in directive.carried or release_id == directive.release_id:
            raise Conflict(_("It can only be rolled back to another release that it has used."))
        require_grant(write)
        before = directive.release_id
        directive.release_id = release_id
        facts = {"before": str(before)}
        record_directive(write, directive, events.DIRECTIVE_ROLLED_BACK, facts, reason=reason)
        directive.save(update_fields=["release"])
        seal_edition(write.caller, write.team, cause=events.DIRECTIVE_ROLLED_BACK.name)
    return directive


@contextmanager
def _about(
    caller: Caller, directive_id: UUID, name: str, parameters: Mapping[str, Any], *, reads_project: bool = False
) -> Iterator[tuple[FleetWrite, Directive]]:
    """Open the write about a directive that exists for the caller; its row is locked. Raises `NotFound`."""
    found = visible_directive(user=caller.user, directive_id=directive_id)
    with fleet_write(
        caller=caller,
        project_id=found.project_id,
        team_id=found.team_id,
        action=MANAGE_RULES,
        name=name,
        parameters=parameters,
        reads_project=reads_project,
    ) as write:
        yield write, lock_directive(directive_id)


def _set_status(write: FleetWrite, directive: Directive, status: str, cause: str) -> None:
    directive.status = status
    directive.save(update_fields=["status"])
    seal_edition(write.caller, write.team, cause=cause)


def _require_not_withdrawn(directive: Directive) -> None:
    if directive.status == DirectiveStatus.WITHDRAWN:
        raise Conflict(_("The directive is withdrawn."))


def _checked(values: Mapping[str, Any]) -> Values:
    """The values of a new directive, checked by themselves and together. Raises `ValidationFailed`."""
    _refuse_unknown(values)
    for name in ("field", "title"):
        if name not in values:
            raise ValidationFailed({name: [_("This is needed.")]})
    checked = check_values(
        {name: value for name, value in values.items() if name != "timeout_hours" or value is not None}
    )
    check_together(checked)
    check_not_over(checked)
    return checked


def _refuse_unknown(values: Mapping[str, Any]) -> None:
    if unknown := values.keys() - set(COLUMNS):
        raise ValidationFailed({name: [_("A directive has no such value.")] for name in sorted(unknown)})


def _checked_reason(reason: str) -> str:
    return check_remark(reason, name="reason", maximum=MAX_REASON, required=False)
