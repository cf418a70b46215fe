"""Making, changing and archiving teams; who has which role in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from accounts.models import Kind, User
from audit.keys.text import rfc3339
from audit.services import Target
from kernel.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from kernel.names import check_name, check_reason
from stages.fleet import events, live
from stages.fleet.choices import DirectiveStatus, RequestState, StationState, TeamRole
from stages.fleet.models import Directive, Request, Station, Team, TeamMember
from stages.fleet.models.teams import MAX_CATEGORY, MAX_HOURS, MAX_QUORUM, MAX_STALE_MINUTES, MAX_TEAM_NAME
from stages.fleet.permissions import MANAGE_ROLES, MANAGE_TEAMS
from stages.fleet.services.leaving import lock_stations_of, revoke_without_role
from stages.fleet.services.sealing import lock_stations_in, renew_assignment, seal_edition
from stages.fleet.services.writing import TeamWrite, team_write
from stages.fleet.tree import read_tree

MAX_CATEGORIES: Final = 50
MAX_LEVELS: Final = 8
# What an edition says of its team.
_SEALED: Final = frozenset({"name", "parent_id", "categories"})


def create_team(
    *,
    caller: Caller,
    parent_id: UUID,
    name: str,
    quorum: int = 1,
    timeout_hours: int = 24,
    stale_minutes: int = 60,
    categories: Sequence[str] = (),
) -> Team:
    """Make a team below another one. Raises `ValidationFailed`, also for a name that a sibling has."""
    given = _checked(
        name=name, quorum=quorum, timeout_hours=timeout_hours, stale_minutes=stale_minutes, categories=list(categories)
    )
    with team_write(
        caller=caller, team_id=parent_id, action=MANAGE_TEAMS, name="team.create", parameters=given
    ) as write:
        if write.repeat_of is not None:
            return Team.objects.get(pk=write.repeat_of.target_id)
        _require_open(write.team)
        if len(write.tree.path(parent_id)) >= MAX_LEVELS:
            raise ValidationFailed({"parent_id": [_("The tree of teams has at most {most} levels.").format(most=8)]})
        team = Team(id=uuid7(), parent=write.team, created_at=timezone.now(), **given)
        _save(team, is_new=True)
        data = {**given, "parent_id": str(parent_id), "created_at": rfc3339(team.created_at)}
        write.record(events.TEAM_CREATED.name, _target(team), data)
        transaction.on_commit(partial(live.publish_team, team), robust=True)
    return team


def update_team(*, caller: Caller, team_id: UUID, **changes: Any) -> Team:
    """Change a team: `name`, `parent_id`, `quorum`, `timeout_hours`, `stale_minutes`, `categories`; None stays.

    What its edition says of it makes the next one; a move renews the assignments of all stations below, and revokes
    those of people whose role came from a team that is not above them any more. A move needs the right to manage teams
    at the new place, too. Raises `ValidationFailed`, `Conflict`.
    """
    parent_id: UUID | None = changes.pop("parent_id", None)
    wanted = _checked(**{name: value for name, value in changes.items() if value is not None})
    parameters = {**wanted, "parent_id": str(parent_id) if parent_id else None}
    with team_write(
        caller=caller, team_id=team_id, action=MANAGE_TEAMS, name="team.update", parameters=parameters
    ) as write:
        team = write.team
        if write.repeat_of is not None:
            return team
        _require_open(team)
        if parent_id is not None:
            _check_move(write, parent_id)
            wanted["parent_id"] = parent_id
        _check_categories_in_use(team, wanted.get("categories"))
        before = {name: getattr(team, name) for name in wanted}
        after = {name: value for name, value in wanted.items() if value != before[name]}
        if after:
            _change(write, {name: before[name] for name in after}, after)
    return team


def archive_team(*, caller: Caller, team_id: UUID, reason: str) -> Team:
    """End a team that has no stations, directives, open requests or teams below it any more. Raises `Conflict`."""
    reason = check_reason(reason)
    with team_write(
        caller=caller, team_id=team_id, action=MANAGE_TEAMS, name="team.archive", parameters={"reason": reason}
    ) as write:
        team = write.team
        if write.repeat_of is not None or team.is_archived:
            return team
        _check_can_end(team)
        team.archived_at = write.record(events.TEAM_ARCHIVED.name, _target(team), {"name": team.name}, reason=reason).at
        team.save(update_fields=["archived_at"])
        transaction.on_commit(partial(live.publish_team, team), robust=True)
    return team


def set_team_member(*, caller: Caller, team_id: UUID, user_id: UUID, role: str | None) -> TeamMember | None:
    """Give a person a role in a team, or take it away (None); without any role left their stations are revoked.

    Raises `NotFound` for an unknown account, `ValidationFailed` for a role that does not exist and for whoever is no
    person.
    """
    if role is not None and role not in TeamRole.values:
        raise ValidationFailed({"role": [_("Choose one of {choices}.").format(choices=", ".join(TeamRole.values))]})
    parameters = {"user": str(user_id), "role": role}
    with team_write(
        caller=caller, team_id=team_id, action=MANAGE_ROLES, name="team.member_set", parameters=parameters
    ) as write:
        member = TeamMember.objects.filter(team=write.team, user=user_id).select_related("user").first()
        if write.repeat_of is not None or (member.role if member else None) == role:
            return member
        user = member.user if member else _person(user_id)
        stations = lock_stations_of(user_id) if role is None else []
        data = {"name": write.team.name, "user_id": str(user_id), "before": member.role if member else None}
        event = write.record(events.TEAM_MEMBER_SET.name, _target(write.team), {**data, "role": role})
        if member is None:
            return TeamMember.objects.create(team=write.team, user=user, role=role or "", added_at=event.at)
        if role is not None:
            member.role = role
            member.save(update_fields=["role"])
            return member
        member.delete()
        for station in stations:
            revoke_without_role(write.caller, station, write.tree)
    return None


def _change(write: TeamWrite, before: dict[str, Any], after: dict[str, Any]) -> None:
    team = write.team
    # Before any event, as every row.
    stations = lock_stations_in(write.tree.below(team.id)) if "parent_id" in after else []
    for name, value in after.items():
        setattr(team, name, value)
    _save(team, is_new=False)
    data = {"name": team.name, "before": _as_json(before), "after": _as_json(after)}
    write.record(events.TEAM_CHANGED.name, _target(team), data)
    if _SEALED & after.keys() and team.number:
        seal_edition(write.caller, team, cause=events.TEAM_CHANGED.name)
    tree = read_tree() if stations else write.tree
    for station in stations:
        if not revoke_without_role(write.caller, station, tree):
            renew_assignment(write.caller, station, tree)
    if "categories" in after:
        transaction.on_commit(partial(live.publish_categories, team), robust=True)
    if {"name", "parent_id"} & after.keys():
        transaction.on_commit(partial(live.publish_team, team), robust=True)


def _check_move(write: TeamWrite, parent_id: UUID) -> None:
    team, tree = write.team, write.tree
    if team.parent_id is None:
        raise ValidationFailed({"parent_id": [_("The root has no team above it.")]})
    if parent_id not in write.access.seen:
        raise ValidationFailed({"parent_id": [_("There is no such team.")]})
    if tree.is_within(parent_id, team.id):
        raise ValidationFailed({"parent_id": [_("A team cannot be below itself.")]})
    _require_open(tree.teams[parent_id])
    height = max(len(tree.path(each.id)) for each in tree.below(team.id)) - len(tree.path(team.id)) + 1
    if len(tree.path(parent_id)) + height > MAX_LEVELS:
        raise ValidationFailed(
            {"parent_id": [_("The tree of teams has at most {most} levels.").format(most=MAX_LEVELS)]}
        )
    if not write.access.may(MANAGE_TEAMS, parent_id):
        raise PermissionDenied(_("You must be allowed to manage the team that it moves to, too."))


def _check_categories_in_use(team: Team, categories: Sequence[str] | None) -> None:
    if categories is None:
        return
    used = Directive.objects.filter(team=team).exclude(status=DirectiveStatus.WITHDRAWN).exclude(category="")
    missing = sorted(set(used.values_list("category", flat=True)) - set(categories))
    if missing:
        words = _("Directives are in the category {name}.").format(name=missing[0])
        raise ValidationFailed({"categories": [words]})


def _check_can_end(team: Team) -> None:
    if team.parent_id is None:
        raise Conflict(_("The root team cannot be archived."))
    if Team.objects.filter(parent=team, archived_at=None).exists():
        raise Conflict(_("There are teams below it; archive or move them first."))
    if Station.objects.filter(team=team).exclude(state=StationState.REVOKED).exists():
        raise Conflict(_("It has stations; move or revoke them first."))
    if Directive.objects.filter(team=team).exclude(status=DirectiveStatus.WITHDRAWN).exists():
        raise Conflict(_("It has directives; withdraw them first."))
    if Request.objects.filter(team=team, state=RequestState.OPEN).exists():
        raise Conflict(_("It has open requests; decide them first."))


def _require_open(team: Team) -> None:
    if team.is_archived:
        raise Conflict(_("The team is archived."))


def _person(user_id: UUID) -> User:
    user = User.objects.active().filter(pk=user_id).first()
    if user is None:
        raise NotFound(_("Account not found."))
    if user.kind != Kind.HUMAN:
        raise ValidationFailed({"user_id": [_("Only people have roles in teams.")]})
    return user


def _save(team: Team, *, is_new: bool) -> None:
    """Raises `ValidationFailed` for a name that a sibling has."""
    try:
        with transaction.atomic():
            team.save(force_insert=is_new)
    except IntegrityError:
        raise ValidationFailed({"name": [_("A team at the same level has this name.")]}) from None


def _checked(**given: Any) -> dict[str, Any]:
    limits: Mapping[str, tuple[int, int]] = {
        "quorum": (0, MAX_QUORUM),
        "timeout_hours": (1, MAX_HOURS),
        "stale_minutes": (1, MAX_STALE_MINUTES),
    }
    if "name" in given:
        given["name"] = check_name(given["name"], name="name", maximum=MAX_TEAM_NAME)
    for name in limits.keys() & given.keys():
        least, most = limits[name]
        if isinstance(given[name], bool) or not isinstance(given[name], int) or not least <= given[name] <= most:
            words = _("Give a number from {least} to {most}.").format(least=least, most=most)
            raise ValidationFailed({name: [words]})
    if "categories" in given:
        given["categories"] = _checked_categories(given["categories"])
    return given


def _checked_categories(categories: Sequence[Any]) -> list[str]:
    names = [check_name(each, name="categories", maximum=MAX_CATEGORY) for each in categories]
    if len(names) > MAX_CATEGORIES:
        raise ValidationFailed({"categories": [_("At most {most} categories.").format(most=MAX_CATEGORIES)]})
    if len({name.casefold() for name in names}) < len(names):
        raise ValidationFailed({"categories": [_("Two categories have the same name.")]})
    return names


def _as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values.items()}


def _target(team: Team) -> Target:
    return Target.of("team", team.id)
