"""The rows of the page People."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.models import Kind, User, UserQuerySet
from kernel.ijson import check_text
from workspace.person_facts import summaries_of
from workspace.query_numbers import query_number

PAGE: Final = 50
MAX_QUESTION: Final = 150
STATES: Final[dict[str, Promise]] = {"": _("Open"), "closed": _("Closed"), "all": _("All")}
LEVELS: Final[dict[str, Promise]] = {
    "": _("All"),
    "administrators": _("Administrators"),
    "auditors": _("Auditors"),
    "programs": _("AI agents and services"),
}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account in the list, with the lines of the apps."""

    account: User
    summaries: list[str]


@dataclass(frozen=True, slots=True)
class AccountList:
    """One page of the accounts that were asked for; `total` counts all of them, `more` is where the next page begins.

    Stations and the service user are left out: nobody manages them here.
    """

    rows: list[AccountRow]
    total: int
    more: int | None
    wanted: str
    state: str
    level: str

    @property
    def is_filtered(self) -> bool:
        return bool(self.wanted or self.state or self.level)

    @property
    def next_query(self) -> str:
        """The query of the address of the next page."""
        wanted = {"q": self.wanted, "state": self.state, "level": self.level, "after": str(self.more or 0)}
        return urlencode(wanted)


def read_accounts(query: QueryDict) -> AccountList:
    """The accounts for `?q=&state=&level=&after=`, by name. Raises `ValidationFailed`."""
    wanted = check_text(query.get("q", "").strip()[:MAX_QUESTION], name="q")
    state = _known(query.get("state", ""), STATES)
    level = _known(query.get("level", ""), LEVELS)
    found = _of_level(_in_state(_matching(User.objects.managed(), wanted), state), level)
    first = query_number(query, "after") or 0
    total = found.count()
    accounts = list(found.order_by("display_name", "pk")[first : first + PAGE])
    lines = summaries_of([each.id for each in accounts])
    rows = [AccountRow(each, lines[each.id]) for each in accounts]
    more = first + PAGE if total > first + PAGE else None
    return AccountList(rows, total, more, wanted, state, level)


def _known(name: str, names: dict[str, Promise]) -> str:
    return name if name in names else ""


def _matching(found: UserQuerySet, wanted: str) -> UserQuerySet:
    return found.matching(wanted) | found.filter(email__icontains=wanted) if wanted else found


def _in_state(found: QuerySet[User], state: str) -> QuerySet[User]:
    return found if state == "all" else found.filter(is_active=state != "closed")


def _of_level(found: QuerySet[User], level: str) -> QuerySet[User]:
    if level == "administrators":
        return found.filter(is_superuser=True)
    if level == "auditors":
        return found.filter(is_auditor=True)
    return found.exclude(kind=Kind.HUMAN) if level == "programs" else found
