"""What happens when a team has agreed: a directive is issued, changed or withdrawn, and the next edition is sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audit.event_types import EventType
from audit.models import Event
from audit.services import Target
from kernel.errors import Conflict, NotFound, PermissionDenied
from publishing.models import Release, ReleaseState
from stages.fleet import events
from stages.fleet.choices import DirectiveStatus, RequestKind
from stages.fleet.directive_rules import check_in_team, check_together
from stages.fleet.directive_values import Values, assign, values_of
from stages.fleet.models import Directive, Grant
from stages.fleet.services.sealing import seal_edition
from stages.fleet.services.writing import FleetWrite
from stages.fleet.texts import check_text_of


def carry_out(write: FleetWrite, kind: str, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Directive:
    """Do what a payload asks for, with its event and edition. `facts` go into the event besides, with `author_id`.

    Everything is checked again, because time may have passed since it was asked. Raises as `check_fits`, and `Conflict`
    where the directive has changed since.
    """
    write.require_open_team()
    if kind == RequestKind.ISSUE:
        return _issue(write, payload, facts)
    directive = lock_directive(UUID(payload["directive_id"]))
    if directive.status == DirectiveStatus.WITHDRAWN:
        raise Conflict(_("The directive is withdrawn."))
    if kind == RequestKind.CHANGE:
        return _change(write, directive, payload, facts)
    return _withdraw(write, directive, facts)


def check_fits(write: FleetWrite, values: Values, *, directive_id: UUID, needs_grant: bool = True) -> None:
    """Check a whole directive against its release, the consent of its project, and its team.

    Raises `NotFound` or `Conflict` for a release that cannot be issued, `PermissionDenied` without a grant, and
    `ValidationFailed` by column.
    """
    check_together(values)
    releases = Release.objects.filter(project=write.project_write.project).select_related("draft")
    release = releases.filter(pk=values["release_id"]).first()
    if release is None:
        raise NotFound(_("Release not found."))
    if release.state != ReleaseState.RELEASED:
        raise Conflict(_("{name} is not released.").format(name=release.name))
    if needs_grant:
        require_grant(write)
    check_text_of(release, values["field"])
    check_in_team(values, write.team, write.tree, directive_id=directive_id)


def require_grant(write: FleetWrite) -> None:
    """Raise `PermissionDenied` unless the project lets its releases go to the team."""
    teams = write.tree.path(write.team.id)
    if not Grant.objects.filter(project=write.project_write.project, team__in=teams).exists():
        words = _("{project} does not send its releases to {team}. One of its owners can allow it.")
        raise PermissionDenied(words.format(project=write.project_write.project.name, team=write.team.name))


def lock_directive(directive_id: UUID) -> Directive:
    """The directive, its row locked until the transaction ends. Raises `NotFound`."""
    directive = Directive.objects.select_for_update(no_key=True).filter(pk=directive_id).first()
    if directive is None:
        raise NotFound(_("Directive not found."))
    return directive


def record_directive(
    write: FleetWrite,
    directive: Directive,
    event_type: EventType,
    facts: Mapping[str, Any],
    *,
    reason: str | None = None,
) -> Event:
    """Record an event about a directive on its project's chain."""
    data = {**events.directive_facts(directive, write.team), **facts}
    target = Target.of("directive", directive.id)
    return write.project_write.record(event_type.name, target, data, reason=reason)


def _issue(write: FleetWrite, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Directive:
    values = {name: value for name, value in payload.items() if name != "directive_id"}
    directive_id = UUID(payload["directive_id"])
    check_fits(write, values, directive_id=directive_id)
    directive = Directive(id=directive_id, team=write.team, project=write.project_write.project, carried=[])
    assign(directive, values)
    directive.issued_by_id = UUID(facts["author_id"])
    event = record_directive(write, directive, events.DIRECTIVE_ISSUED, {**facts, "values": values})
    directive.issued_at = event.at
    directive.save(force_insert=True)
    seal_edition(write.caller, write.team, cause=events.DIRECTIVE_ISSUED.name)
    return directive


def _change(write: FleetWrite, directive: Directive, payload: Mapping[str, Any], facts: Mapping[str, Any]) -> Directive:
    before, after, now = payload["before"], payload["after"], values_of(directive)
    if {name: now[name] for name in before} != before:
        raise Conflict(_("The directive has changed since this was asked for. Ask again."))
    check_fits(write, {**now, **after}, directive_id=directive.id, needs_grant="release_id" in after)
    assign(directive, after)
    record_directive(write, directive, events.DIRECTIVE_CHANGED, {**facts, "before": before, "after": after})
    _save(write, directive, events.DIRECTIVE_CHANGED, [*after, "carried"])
    return directive


def _withdraw(write: FleetWrite, directive: Directive, facts: Mapping[str, Any]) -> Directive:
    record_directive(write, directive, events.DIRECTIVE_WITHDRAWN, facts)
    directive.status = DirectiveStatus.WITHDRAWN
    directive.save(update_fields=["status"])
    seal_edition(write.caller, write.team, cause=events.DIRECTIVE_WITHDRAWN.name)
    return directive


def _save(write: FleetWrite, directive: Directive, cause: EventType, columns: list[str]) -> None:
    """Save some columns, and seal the next edition."""
    directive.save(update_fields=columns)
    seal_edition(write.caller, write.team, cause=cause.name)
