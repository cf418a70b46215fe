"""What a station sends over its socket: each calls one service or reads once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.keys.text import rfc3339
from gateway.parameters import Nothing, Number
from gateway.registry import Command, Lane, command
from kernel.errors import NotFound, ValidationFailed
from kernel.ijson import check_text
from stages.fleet.choices import PlacementState
from stages.fleet.services.exceptions import request_exception
from stages.fleet.sign_in.services import renew_token
from stages.fleet.sign_in.tokens import lifetime
from stages.fleet.stations import reading
from stages.fleet.stations.desk import Desk
from stages.fleet.stations.report_rules import GivenReport, Hash, read_reports
from stages.fleet.stations.services.changing import Alteration, request_change
from stages.fleet.stations.services.placements import NewPlacement
from stages.fleet.stations.services.reports import put_reports
from stages.fleet.stations.services.showing import ShownEdition, show_edition
from stages.fleet.times import check_time

MAX_PLACEMENTS: Final = 500
MAX_FILES: Final = 100
MAX_PATH: Final = 1000

ShortText = Annotated[str, msgspec.Meta(max_length=MAX_PATH)]
State = Literal["pending", "in_place", "drifted", "excepted", "failed", "absent"]


@dataclass(frozen=True, slots=True)
class StationContext:
    """Whose socket it is: the station, the team that the server says is its own, and the token's digest."""

    caller: Caller
    station_id: UUID
    team_id: UUID
    digest: str
    desk: Desk


class EditionsSince(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The number of the newest edition that the station has, by team; 0 for none."""

    teams: Annotated[dict[UUID, Number], msgspec.Meta(max_length=8)]


class SealedEdition(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An edition that the station obeys and the server has not: `seal` is its signature in lowercase hex."""

    team: UUID
    text: str
    key: Hash
    seal: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]


class Hashes(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    sha256s: Annotated[list[Hash], msgspec.Meta(max_length=reading.MAX_TEXTS)]


class Reports(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`texts` are alterations that the mode `temporary` allows, by SHA-256."""

    reports: list[GivenReport]
    texts: dict[Hash, str] = msgspec.field(default_factory=dict)


class GivenPlacement(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Where a directive's text is and in which state; `sha256` is that of what is there, empty for nothing."""

    directive: UUID
    state: State
    sha256: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    files: Annotated[list[ShortText], msgspec.Meta(max_length=MAX_FILES)] = msgspec.field(default_factory=list)
    edition: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] = 0
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Placements(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    placements: Annotated[list[GivenPlacement], msgspec.Meta(max_length=MAX_PLACEMENTS)]


class ChangeRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A text that somebody wrote in a directive's place, and what they say of it."""

    directive: UUID
    text: str
    path: ShortText = ""
    repository: ShortText = ""
    message: str = ""


class ExceptionRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`until` is null for a permanent exception."""

    directive: UUID
    reason: str
    until: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


@command("ping", Lane.INLINE, is_automatic=True)
def ping(context: StationContext, params: Nothing) -> dict[str, str]:
    del context, params
    return {"now": rfc3339(timezone.now())}


@command("editions.since", Lane.READ)
def editions_since(context: StationContext, params: EditionsSince) -> dict[str, Any]:
    return reading.editions_since(context.team_id, params.teams)


@command("edition.show", Lane.SERIALIZED)
def edition_show(context: StationContext, params: SealedEdition) -> dict[str, Any]:
    if params.team not in reading.read_heads([context.team_id])[context.team_id]:
        raise NotFound(_("The team {team} is not this station's.").format(team=params.team))
    shown = ShownEdition(params.team, params.text, params.key, bytes.fromhex(params.seal))
    return {"number": show_edition(caller=context.caller, shown=shown)}


@command("texts.get", Lane.READ)
def texts_get(context: StationContext, params: Hashes) -> dict[str, Any]:
    return reading.texts(context.team_id, params.sha256s)


@command("reports.put", Lane.SERIALIZED)
def reports_put(context: StationContext, params: Reports) -> dict[str, Any]:
    reports, texts = read_reports(params.reports), _checked_texts(params.texts)
    stored = put_reports(caller=context.caller, station_id=context.station_id, reports=reports, texts=texts)
    return {"acknowledged": stored.body()}


@command("placements.put", Lane.ASYNC)
async def placements_put(context: StationContext, params: Placements) -> dict[str, Any]:
    placements = [
        NewPlacement(
            station_id=context.station_id,
            directive_id=each.directive,
            state=PlacementState(each.state),
            sha256=each.sha256,
            files=tuple(check_text(name, name="placements.files") for name in each.files),
            edition=each.edition,
            until=None if each.until is None else check_time(each.until, name="placements.until"),
        )
        # All are read before any waits to be written.
        for each in params.placements
    ]
    await context.desk.put(placements)
    return {}


@command("change.request", Lane.SERIALIZED)
def change_request(context: StationContext, params: ChangeRequest) -> dict[str, Any]:
    proposal = request_change(
        caller=context.caller,
        station=reading.read_station(context.station_id).station,
        alteration=Alteration(params.directive, params.path, params.repository, params.text),
        message=params.message,
    )
    return {"proposal_id": proposal.id, "number": proposal.number, "project_id": proposal.project_id}


@command("exception.request", Lane.SERIALIZED)
def exception_request(context: StationContext, params: ExceptionRequest) -> dict[str, Any]:
    request = request_exception(
        caller=context.caller,
        station_id=context.station_id,
        directive_id=params.directive,
        until=params.until,
        reason=params.reason,
    )
    return {"request_id": request.id, "state": request.state}


@command("token.renew", Lane.SERIALIZED)
def token_renew(context: StationContext, params: Nothing) -> dict[str, Any]:
    del params
    token = renew_token(caller=context.caller, station_id=context.station_id, used_digest=context.digest)
    return {"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime().total_seconds())}


def _checked_texts(texts: Mapping[str, str]) -> Mapping[str, str]:
    for name, text in texts.items():
        content = check_text(text, name="texts").encode()
        if hashlib.sha256(content).hexdigest() != name:
            raise ValidationFailed({"texts": [_("A text is not the one that its SHA-256 names.")]})
        if len(content) > settings.FOUNDRY_MAX_TEXT_BYTES:
            raise ValidationFailed({"texts": [_("A text has at most 1 MiB.")]})
    return texts


STATION_COMMANDS: Final[dict[str, Command]] = {
    each.name: each
    for each in (
        *(ping, editions_since, edition_show, texts_get, reports_put, placements_put),
        *(change_request, exception_request, token_renew),
    )
}
