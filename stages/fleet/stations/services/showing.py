"""A server that was restored from a backup learns from its stations which editions it had sealed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.keys.sealing import ensure_site_key, seal_fault
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from kernel.transactions import write_transaction
from stages.fleet.editions import EDITION
from stages.fleet.models import Team
from stages.fleet.services.sealing import seal_edition
from stages.fleet.services.writing import lock_team

# Why the edition was sealed that follows the one which a station has shown.
SHOWN: Final = "edition.shown"


@dataclass(frozen=True, slots=True)
class ShownEdition:
    """A sealed text that a station obeys, of one of its teams; `key` is a fingerprint, `seal` the signature."""

    team_id: UUID
    text: str
    key: str
    seal: bytes


def show_edition(*, caller: Caller, shown: ShownEdition) -> int:
    """Go on from an edition that this site has sealed and forgotten; answers the number of the team's newest edition.

    Stations refuse what is older than what they obey: the next edition gets a number above the one that is shown, and
    says what holds here now. One that is known changes nothing. Raises `ValidationFailed` for a text that the site has
    not sealed for the team.
    """
    number = _number_of(shown)
    known = Team.objects.values_list("number", flat=True).get(pk=shown.team_id)
    if number <= known:
        return known
    ensure_site_key(caller=caller)
    with write_transaction():
        team = lock_team(shown.team_id)
        if number > team.number:
            team.number = number
            team.save(update_fields=["number"])
            seal_edition(caller, team, cause=SHOWN)
        return team.number


def _number_of(shown: ShownEdition) -> int:
    fault = seal_fault(shown.text, shown.seal, kind=EDITION)
    statement: Any = {} if fault else parse(shown.text)
    if not fault and (statement["key"], statement["team"]["id"]) != (shown.key, str(shown.team_id)):
        fault = _("it is another team’s, or names another key")
    if fault:
        raise ValidationFailed({"text": [_("This is no edition of this team: {fault}.").format(fault=fault)]})
    return int(statement["number"])
