"""The events of the fleet: of teams and stations on the site's chain, of grants and directives on their project's."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from audit.event_types import (
    EVENT_KINDS,
    EventContext,
    EventKind,
    EventType,
    Facts,
    InboxLine,
    Revocation,
    Text,
    register_event_groups,
    register_events,
)
from notifications.topics import MAIL_TOPICS, MailTopic
from stages.fleet.choices import RequestKind, RequestState

if TYPE_CHECKING:
    from stages.fleet.models import Directive, Request, Team

KIND: Final = "fleet"


def _name(context: EventContext) -> str:
    return str(context.data["name"])


def _title(context: EventContext) -> str:
    return str(context.data["title"])


def _team(context: EventContext) -> str:
    return str(context.data["team"]["name"])


def _member(context: EventContext) -> str:
    data = context.data
    words = _("{person} in {team}")
    return str(words).format(person=context.names.get(data["user_id"], data["user_id"]), team=data["name"])


def _edition(context: EventContext) -> str:
    words = _("{number} of {team}")
    return str(words).format(number=context.data["number"], team=context.data["team"]["name"])


def _heads(context: EventContext) -> str:
    count = len(context.data["heads"])
    return ngettext("{n} station", "{n} stations", count).format(n=count)


def _station(context: EventContext) -> str:
    return str(context.data["name"])


_of_a_team = partial(EventType, chain="site", words=_name, icon="users")
_of_a_station = partial(EventType, chain="site", words=_station, icon="monitor")

TEAM_CREATED: Final = _of_a_team("team.created", sentence=_("{name} created the team {thing}"))
TEAM_CHANGED: Final = _of_a_team("team.changed", sentence=_("{name} changed the team {thing}"))
TEAM_ARCHIVED: Final = _of_a_team("team.archived", sentence=_("{name} archived the team {thing}"))
TEAM_MEMBER_SET: Final = _of_a_team(
    "team.member_set", words=_member, sentence=_("{name} set the role of {thing}"), icon="user-plus"
)
STATION_ENROLLED: Final = _of_a_station("station.enrolled", sentence=_("{name} connected the station {thing}"))
STATION_CHANGED: Final = _of_a_station("station.changed", sentence=_("{name} changed the station {thing}"))
STATION_REVOKED: Final = _of_a_station(
    "station.revoked",
    sentence=_("{name} revoked the station {thing}"),
    revokes=Revocation(user=lambda event: event.target_id),
)
STATION_CHAIN_BROKEN: Final = _of_a_station(
    "station.chain_broken", sentence=_("Reports of the station {thing} do not continue its chain"), icon="shield-alert"
)
EDITION_SEALED: Final = EventType(
    "edition.sealed", chain="site", words=_edition, sentence=_("{name} sealed edition {thing}"), icon="shield-check"
)
REPORTS_RECORDED: Final = EventType(
    "reports.recorded",
    chain="site",
    words=_heads,
    sentence=_("{name} recorded the reports of {thing}"),
    icon="shield-check",
)

_of_a_grant = partial(EventType, live=("team",), words=_team, icon="users", kind=KIND)

GRANT_ADDED: Final = _of_a_grant("grant.added", sentence=_("{name} allowed releases to go to the team {thing}"))
GRANT_REVOKED: Final = _of_a_grant("grant.revoked", sentence=_("{name} stopped sending releases to the team {thing}"))


def _directive_page(project_id: UUID | None, facts: Facts) -> str:
    return reverse("fleet:directive", args=[facts["directive_id"]])


_of_a_directive = partial(
    EventType,
    live=("directive_id", "title", "team", "release_id", "mode"),
    words=_title,
    icon="monitor",
    kind=KIND,
    link=_directive_page,
)

DIRECTIVE_ISSUED: Final = _of_a_directive("directive.issued", sentence=_("{name} issued the directive {thing}"))
DIRECTIVE_CHANGED: Final = _of_a_directive("directive.changed", sentence=_("{name} changed the directive {thing}"))
DIRECTIVE_PAUSED: Final = _of_a_directive(
    "directive.paused", sentence=_("{name} paused the directive {thing}"), icon="circle-pause"
)
DIRECTIVE_RESUMED: Final = _of_a_directive(
    "directive.resumed", sentence=_("{name} resumed the directive {thing}"), icon="circle-play"
)
DIRECTIVE_ROLLED_BACK: Final = _of_a_directive(
    "directive.rolled_back", sentence=_("{name} rolled the directive {thing} back"), icon="undo-2"
)
DIRECTIVE_WITHDRAWN: Final = _of_a_directive(
    "directive.withdrawn", sentence=_("{name} withdrew the directive {thing}"), icon="circle-x"
)

_ASKED: Final[dict[str, Text]] = {
    RequestKind.ISSUE: _("{name} asked for the directive {thing}"),
    RequestKind.CHANGE: _("{name} asked for a change of the directive {thing}"),
    RequestKind.WITHDRAW: _("{name} asked to withdraw the directive {thing}"),
    RequestKind.EXCEPTION: _("{name} asked for an exception from the directive {thing}"),
}
_ENDED: Final[dict[str, Text]] = {
    RequestState.ACCEPTED: _("A request about the directive {thing} was accepted"),
    RequestState.REJECTED: _("A request about the directive {thing} was rejected"),
    RequestState.WITHDRAWN: _("{name} withdrew a request about the directive {thing}"),
    RequestState.EXPIRED: _("A request about the directive {thing} expired"),
}


def _asked(context: EventContext) -> Text:
    return _ASKED[context.data["kind"]]


def _decided(context: EventContext) -> Text:
    if context.data["approves"]:
        return _("{name} approved a request about the directive {thing}")
    return _("{name} rejected a request about the directive {thing}")


def _ended(context: EventContext) -> Text:
    return _ENDED[context.data["state"]]


def _request_page(project_id: UUID | None, facts: Facts) -> str:
    return reverse("fleet:request", args=[facts["request_id"]])


def _title_in(facts: Facts) -> str:
    return str(facts["title"])


REQUESTED_LINE: Final = InboxLine(
    "fleet.requested",
    title="A directive needs your decision",
    icon="circle-dashed",
    mail=_("{name} asks for your decision on a directive"),
    sentence=lambda facts: _ASKED[facts["kind"]],
    thing=_title_in,
    link=_request_page,
)
DECIDED_LINE: Final = InboxLine(
    "fleet.decided",
    title="A request of yours was decided",
    icon="circle-check",
    mail=_("{name} decided on a request of yours"),
    sentence=lambda facts: (
        _("{name} accepted your request about {thing}")
        if facts["state"] == RequestState.ACCEPTED
        else _("{name} rejected your request about {thing}")
    ),
    thing=_title_in,
    link=_request_page,
)

_of_a_request = partial(
    EventType,
    live=("request_id", "kind", "title", "team"),
    words=_title,
    icon="circle-dashed",
    kind=KIND,
    link=_request_page,
)

DIRECTIVE_REQUESTED: Final = _of_a_request("directive.requested", sentence=_asked, inbox=(REQUESTED_LINE,))
DIRECTIVE_REQUEST_DECIDED: Final = _of_a_request("directive.request_decided", sentence=_decided)
DIRECTIVE_REQUEST_ENDED: Final = _of_a_request(
    "directive.request_ended",
    live=("request_id", "kind", "title", "team", "state"),
    sentence=_ended,
    icon="circle-check",
    inbox=(DECIDED_LINE,),
)
EXCEPTION_REVOKED: Final = _of_a_request(
    "directive.exception_revoked",
    sentence=_("{name} revoked an exception from the directive {thing}"),
    icon="circle-x",
)

EVENTS: Final = (
    *(TEAM_CREATED, TEAM_CHANGED, TEAM_ARCHIVED, TEAM_MEMBER_SET),
    *(STATION_ENROLLED, STATION_CHANGED, STATION_REVOKED, STATION_CHAIN_BROKEN),
    *(EDITION_SEALED, REPORTS_RECORDED),
    *(GRANT_ADDED, GRANT_REVOKED),
    *(DIRECTIVE_ISSUED, DIRECTIVE_CHANGED, DIRECTIVE_PAUSED, DIRECTIVE_RESUMED),
    *(DIRECTIVE_ROLLED_BACK, DIRECTIVE_WITHDRAWN),
    *(DIRECTIVE_REQUESTED, DIRECTIVE_REQUEST_DECIDED, DIRECTIVE_REQUEST_ENDED, EXCEPTION_REVOKED),
)


def team_facts(team: Team) -> dict[str, str]:
    """How events name a team."""
    return {"id": str(team.id), "name": team.name}


def directive_facts(directive: Directive, team: Team) -> dict[str, Any]:
    """What every event about a directive says of it, and everybody in the project sees."""
    return {
        "directive_id": str(directive.id),
        "title": directive.title,
        "team": team_facts(team),
        "release_id": str(directive.release_id),
        "mode": directive.mode,
    }


def request_facts(request: Request, title: str) -> dict[str, Any]:
    """What every event about a request says of it."""
    return {
        "request_id": str(request.id),
        "kind": request.kind,
        "title": title,
        "team": team_facts(request.team),
        "directive_id": request.payload["directive_id"],
    }


def register() -> None:
    """Register all of them, with a filter of their own."""
    EVENT_KINDS.register(KIND, EventKind(_("Fleet"), position=45))
    register_event_groups(
        team=_("Teams"),
        station=_("Stations"),
        edition=_("Editions"),
        reports=_("Reports"),
        grant=_("Grants"),
        directive=_("Directives"),
    )
    MAIL_TOPICS.register(
        "fleet", MailTopic(_("A directive needs your decision, or a request of yours is decided"), position=45)
    )
    register_events(*EVENTS)
