"""The query of the audit viewer in its address: every state of the viewer can be linked to."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Kind
from audit.event_types import EVENT_TYPES
from audit.models import SITE_CHAIN
from kernel.errors import ValidationFailed

LIST: Final = "admin:audit_event_changelist"
MAX_QUERY: Final = 200

_WHEN = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
# Also a group of which no app is installed any more: its events stay on record.
_GROUP = re.compile(r"[a-z][a-z_]{0,59}", re.ASCII)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """One view of the trail; an empty value asks for all.

    `chain` is a project's id or `site`, `person` an account's id, `group` the part of an action before its dot, `when`
    a year, month or day (2026, 2026-11, 2026-11-19; UTC), `since` and `until` the first and the last day (UTC), `q`
    what was typed. `before` continues a list: only what is older than that number (of the chain, or of all events
    without one). `open` is the event whose row is open.
    """

    chain: str = ""
    person: str = ""
    group: str = ""
    kind: str = ""
    when: str = ""
    since: str = ""
    until: str = ""
    q: str = ""
    before: int = 0
    open: int = 0

    @classmethod
    def of(cls, query: QueryDict) -> AuditQuery:
        """Read an address. Raises `ValidationFailed`: ignoring a bad filter would show all events as matching."""
        sent = {field.name: query.get(field.name, "").strip() for field in fields(cls)}
        problems = {name: [words] for name, words in _problems(sent) if words}
        if problems:
            raise ValidationFailed(problems)
        before, opened = (int(sent.pop(name) or 0) for name in _NUMBERS)
        return cls(**sent, before=before, open=opened)

    def querystring(self, **changes: Any) -> str:
        """The query of the address that shows this, with changes; another filter begins at the newest event again."""
        if not {"open", "before"} & changes.keys():
            changes = {"open": 0, "before": 0, **changes}
        return urlencode({name: value for name, value in asdict(replace(self, **changes)).items() if value})

    def url(self, **changes: Any) -> str:
        """The address itself."""
        return f"{reverse(LIST)}?{self.querystring(**changes)}"

    def hidden(self, *without: str) -> dict[str, Any]:
        """The filters that a form carries along."""
        kept = asdict(replace(self, before=0, open=0))
        return {name: value for name, value in kept.items() if value and name not in without}

    @property
    def period(self) -> tuple[datetime, datetime] | None:
        """From when up to, not including, when; None if no date is asked for. An end that is not given is far away."""
        if not (self.when or self.since or self.until):
            return None
        begin, end = (_period(self.when) if self.when else None) or (_FIRST, _LAST)
        if self.since:
            begin = max(begin, _midnight(date.fromisoformat(self.since)))
        if self.until:
            end = min(end, _midnight(date.fromisoformat(self.until) + timedelta(days=1)))
        return begin, end

    @property
    def is_bounded(self) -> bool:
        """Whether the dates have both ends."""
        return bool(self.when or (self.since and self.until))

    @property
    def dates(self) -> str:
        """The dates for the name of a file: 2026-11, or 2026-11-01-to-2026-11-30."""
        days = "-to-".join(day for day in (self.since, self.until) if day)
        return "-".join(part for part in (self.when, days) if part)


def actions_in(group: str) -> list[str]:
    """The actions of a group, the part before their dot: draft, lock …"""
    return [action for action in EVENT_TYPES if action.partition(".")[0] == group]


def _problems(sent: dict[str, str]) -> list[tuple[str, str | None]]:
    return [
        (
            "chain",
            None if sent["chain"] in {"", SITE_CHAIN} or _is_id(sent["chain"]) else _("Name a project's id."),
        ),
        ("person", None if not sent["person"] or _is_id(sent["person"]) else _("Name an account's id.")),
        ("group", None if not sent["group"] or _GROUP.fullmatch(sent["group"]) else _("Name a group of actions.")),
        ("kind", None if sent["kind"] in {"", *Kind.values} else _("Unknown kind of actor.")),
        (
            "when",
            None if not sent["when"] or _period(sent["when"]) else _("Give a year, a month or a day: 2026-11-19."),
        ),
        (
            "q",
            _("At most 200 characters, and no NUL.") if len(sent["q"]) > MAX_QUERY or "\0" in sent["q"] else None,
        ),
        *((name, _day_problem(sent[name])) for name in ("since", "until")),
        (
            "until",
            _("The last day is before the first.")
            if not _day_problem(sent["since"]) and sent["since"] > sent["until"] > ""
            else None,
        ),
        *(
            (name, None if not sent[name] or _NUMBER.fullmatch(sent[name]) else _("Give a number."))
            for name in _NUMBERS
        ),
    ]


_NUMBERS: Final = ("before", "open")
_FIRST: Final = datetime(1900, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(9001, 1, 1, tzinfo=UTC)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _day_problem(text: str) -> str | None:
    try:
        # One spelling only: days are compared as texts, too.
        if not text or (_FIRST.date() <= date.fromisoformat(text) < _LAST.date() and len(text) == len("2026-11-19")):
            return None
    except ValueError:
        pass
    return _("Give a day, such as 2026-11-19.")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _period(when: str) -> tuple[datetime, datetime] | None:
    """None for what is no date."""
    found = _WHEN.fullmatch(when)
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    try:
        begin = datetime(year, month or 1, day or 1, tzinfo=UTC)
        return begin, _end(begin, by_month=bool(month), by_day=bool(day))
    except (ValueError, OverflowError):
        return None


def _end(begin: datetime, *, by_month: bool, by_day: bool) -> datetime:
    if by_day:
        return datetime.fromordinal(begin.toordinal() + 1).replace(tzinfo=UTC)
    if not by_month:
        return begin.replace(year=begin.year + 1)
    return begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
