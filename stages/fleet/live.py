"""The fleet, live: what is sealed goes to the topics of teams and stations after the commit.

`team.<id>.rules` is numbered by the editions of the team, and its frames are read again from them; the others have no
numbers: `team.<id>.categories`, `broadcast.all`, `agent.<id>.direct`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

import realtime
from accounts.callers import Caller
from audit.keys.text import rfc3339
from blobs.models import Blob
from gateway.streams import TopicType, topic_id
from kernel.errors import NotFound
from kernel.late import Late
from realtime.frames import Frame, notification_frame
from stages.fleet.access import fleet_access
from stages.fleet.events import DIRECTIVE_ISSUED
from stages.fleet.following.changes import announce
from stages.fleet.models import Edition, Station, Team
from stages.fleet.permissions import VIEW_RULES

BROADCAST: Final = "broadcast.all"
# An edition for which a directive was issued, as programs of the fleet know it.
RULE_CREATED: Final = "rule_created"
EDITION: Final = "edition"
# The text of a notice on a station's topic.
ASSIGNED: Final = "assigned"
_EDITION_MEMBERS: Final = ("team", "number", "text", "key", "seal", "texts")
NOTIFICATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    RULE_CREATED: _EDITION_MEMBERS,
    EDITION: _EDITION_MEMBERS,
    "categories": ("team", "categories"),
    "team_changed": ("team",),
    "assignment": ("text", "key", "seal"),
    "decided": ("request_id", "kind", "directive_id", "state", "at", "place"),
}
# Characters of texts that go with an edition; a station asks for the rest.
MAX_TEXTS: Final = 64_000
# Editions that are read again at once: one may have 1 MiB.
_AT_ONCE: Final = 4


def rules_topic(team_id: UUID) -> str:
    return f"team.{team_id}.rules"


def categories_topic(team_id: UUID) -> str:
    return f"team.{team_id}.categories"


def direct_topic(station_id: UUID) -> str:
    return f"agent.{station_id}.direct"


def edition_body(edition: Edition, texts: Mapping[str, str]) -> dict[str, Any]:
    """An edition as stations get it, with as many of its texts as fit."""
    return {
        "team": str(edition.team_id),
        "number": edition.number,
        "text": edition.text,
        "key": edition.key_id,
        "seal": bytes(edition.seal).hex(),
        "texts": texts,
    }


def texts_of(edition: Edition) -> dict[str, str]:
    """The first texts of an edition by SHA-256, at most `MAX_TEXTS` bytes together."""
    wanted, room = [], MAX_TEXTS
    for entry in edition.statement["directives"]:
        text = entry["text"]
        if text["size"] <= room and text["sha256"] not in wanted:
            wanted.append(text["sha256"])
            room -= text["size"]
    return {blob.sha256: blob.text for blob in Blob.objects.filter(pk__in=wanted)}


def edition_frame(edition: Edition, *, after: int) -> Frame:
    """The notification of an edition; `after` is the number of the edition before, 0 without one."""
    method = RULE_CREATED if edition.cause == DIRECTIVE_ISSUED.name else EDITION
    return Frame(after + 1, edition.number, notification_frame(method, edition_body(edition, texts_of(edition))))


def publish_edition(edition: Edition, *, after: int) -> None:
    """Send a committed edition to every node that has stations of its team, or of a team below."""
    frame = edition_frame(edition, after=after)
    realtime.publish(topic=rules_topic(edition.team_id), seq=frame.seq, seq_from=frame.seq_from, frame=frame.text)
    announce((edition.team_id,))


def publish_categories(team: Team) -> None:
    params = {"team": str(team.id), "categories": team.categories}
    realtime.send_notification(topic=categories_topic(team.id), method="categories", params=params)


def publish_team(team: Team) -> None:
    """Let every node know that the tree of teams has changed."""
    parent = str(team.parent_id) if team.parent_id else None
    params = {"team": {"id": str(team.id), "name": team.name, "parent": parent, "is_archived": team.is_archived}}
    realtime.send_notification(topic=BROADCAST, method="team_changed", params=params)
    announce((team.id,))


def publish_assignment(station: Station) -> None:
    """Let the node that has the station's socket know: it reads the assignment, and follows other topics with it."""
    realtime.notify(topic=direct_topic(station.pk), text=ASSIGNED)
    announce((station.team_id,))


def publish_decision(station_id: UUID, **facts: Any) -> None:
    """Let a station know how a request of its own ended, or a proposal of what was altered on it (`decision_body`)."""
    params = decision_body(**facts)
    realtime.send_notification(topic=direct_topic(station_id), method="decided", params=params)


def decision_body(
    *,
    request_id: UUID,
    kind: str,
    directive_id: UUID | None,
    state: str,
    at: datetime | None,
    place: str | None = None,
) -> dict[str, Any]:
    """What stations get of a decision; `place` is the file of a proposal, as its origin names it."""
    return {
        "request_id": str(request_id),
        "kind": kind,
        "directive_id": str(directive_id) if directive_id else None,
        "state": state,
        "at": rfc3339(at) if at else None,
        "place": place,
    }


class EditionHistory:
    """The editions of teams, by their number."""

    def read(self, topic: str, after: int, limit: int) -> Sequence[Frame]:
        editions = Edition.objects.filter(team=topic_id(topic), number__gt=after).order_by("number")
        return list(self._frames(list(editions[: min(limit, _AT_ONCE)]), after))

    def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        found = Edition.objects.filter(team__in=map(topic_id, topics)).values_list("team_id")
        return {rules_topic(team_id): number for team_id, number in found.annotate(head=Max("number")).order_by()}

    def _frames(self, editions: Sequence[Edition], after: int) -> Iterator[Frame]:
        for edition in editions:
            yield edition_frame(edition, after=after)
            after = edition.number


def authorize_team(caller: Caller, topic: str) -> None:
    """Whoever may see the team's directives."""
    fleet_access(caller.user).team(topic_id(topic))


def authorize_station(caller: Caller, topic: str) -> None:
    """Whoever may see the directives of the station's team."""
    team_id = Station.objects.filter(pk=topic_id(topic)).values_list("team_id", flat=True).first()
    if team_id is None or not fleet_access(caller.user).may(VIEW_RULES, team_id):
        raise NotFound(_("Topic not found."), topic=topic)


def authorize_broadcast(caller: Caller, topic: str) -> None:
    """Whoever has to do with a team."""
    if not fleet_access(caller.user).seen:
        raise NotFound(_("Topic not found."), topic=topic)


TOPICS: Final = {
    "team.*.rules": TopicType(authorize=authorize_team, history=EditionHistory()),
    "team.*.categories": TopicType(authorize=authorize_team),
    BROADCAST: TopicType(authorize=authorize_broadcast),
    "agent.*.direct": TopicType(authorize=authorize_station, source=Late("stages.fleet.stations.direct:DirectSource")),
}
