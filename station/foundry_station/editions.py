"""Editions and assignments, as their sealed texts say: what a station obeys. Read strictly, member for member."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from foundry_station.sealed import Refused

MAX_DIRECTIVES: Final = 500
# What JSON numbers hold exactly (RFC 7493).
MAX_NUMBER: Final = 2**53 - 1
MAX_HOURS: Final = 100_000
LAYERS: Final = ("system", "user", "project")
MODES: Final = ("block", "temporary", "warning")
PAUSED: Final = "paused"
STATUSES: Final = ("active", PAUSED)

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Directive:
    """One text of a release, and where and how the stations of its team keep it.

    A paused one is neither written, restored nor removed: each station keeps what it has.
    """

    id: str
    team: str
    title: str
    category: str
    position: int
    layer: str
    destination: str
    path: str
    match: tuple[str, ...]
    mode: str
    timeout_hours: int
    overridable: bool
    replaces: str | None
    starts_at: datetime | None
    ends_at: datetime | None
    release: str
    sha256: str
    size: int
    is_paused: bool = False

    def holds_at(self, now: datetime) -> bool:
        """Whether it is within its dates."""
        return (self.starts_at is None or self.starts_at <= now) and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Edition:
    """All directives of a team, by the number that only rises."""

    team: str
    team_name: str
    number: int
    categories: tuple[str, ...]
    directives: tuple[Directive, ...]

    @property
    def texts(self) -> dict[str, int]:
        """The SHA-256 of each text that it names, and its size in bytes."""
        return {each.sha256: each.size for each in self.directives}


@dataclass(frozen=True, slots=True)
class Exemption:
    """A directive that need not be unaltered on this station, until a time or for good."""

    id: str
    directive: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is this station's alone: its teams, from the root to its own, and its exceptions."""

    station: str
    number: int
    teams: tuple[str, ...]
    exceptions: tuple[Exemption, ...]

    def exception_for(self, directive: str, now: datetime) -> Exemption | None:
        """The exception that holds for a directive now; the one that lasts longest where there are several."""
        holding = [e for e in self.exceptions if e.directive == directive and (e.until is None or now < e.until)]
        return max(holding, key=lambda each: (each.until is None, each.until), default=None)


def read_edition(content: Mapping[str, Any]) -> Edition:
    """The edition that an opened sealed text holds. Raises `Refused` with the reason `format`."""
    members = _Members(content, "the edition")
    members.only("type", "v", "site", "key", "team", "number", "at", "categories", "directives")
    team = _Members(members.get("team", dict), "the team")
    team.only("id", "name", "parent")
    team_id = team.get("id", str)
    entries = members.get("directives", list)
    if len(entries) > MAX_DIRECTIVES:
        raise Refused("format", f"An edition has at most {MAX_DIRECTIVES} directives.")
    directives = tuple(_read_directive(each, team_id) for each in entries)
    if len({each.id for each in directives}) != len(directives):
        raise Refused("format", "A directive occurs twice in the edition.")
    return Edition(team_id, team.get("name", str), members.number("number"), members.texts("categories"), directives)


def read_assignment(content: Mapping[str, Any]) -> Assignment:
    """The assignment that an opened sealed text holds. Raises `Refused` with the reason `format`."""
    members = _Members(content, "the assignment")
    members.only("type", "v", "site", "key", "station", "number", "at", "teams", "exceptions")
    station = _Members(members.get("station", dict), "the station")
    station.only("id", "name", "owner")
    exceptions = []
    for each in members.get("exceptions", list):
        entry = _Members(each, "an exception")
        entry.only("id", "directive", "until")
        exceptions.append(Exemption(entry.get("id", str), entry.get("directive", str), entry.time("until")))
    return Assignment(station.get("id", str), members.number("number"), members.texts("teams"), tuple(exceptions))


def _read_directive(value: Any, team: str) -> Directive:
    members = _Members(value, "a directive")
    members.only(*_DIRECTIVE)
    release, text = _Members(members.get("release", dict), "a release"), _Members(members.get("text", dict), "a text")
    release.only("id", "name", "version", "content_hash")
    text.only("sha256", "size")
    sha256 = text.get("sha256", str)
    if not _SHA256.fullmatch(sha256):
        raise Refused("format", "A text is named by its SHA-256.")
    return Directive(
        id=members.get("id", str),
        team=team,
        title=members.get("title", str),
        category=members.get("category", str, default=""),
        position=members.number("position", least=-MAX_NUMBER),
        layer=members.choice("layer", LAYERS),
        destination=members.get("destination", str),
        path=members.get("path", str, default=""),
        match=members.globs("match"),
        mode=members.choice("mode", MODES),
        timeout_hours=members.number("timeout_hours", most=MAX_HOURS),
        overridable=members.get("overridable", bool),
        replaces=members.get("replaces", str, default="") or None,
        starts_at=members.time("starts_at"),
        ends_at=members.time("ends_at"),
        release=release.get("name", str),
        sha256=sha256,
        size=text.number("size", least=0),
        is_paused=members.choice("status", STATUSES) == PAUSED,
    )


_DIRECTIVE: Final = (
    "id", "title", "category", "position", "layer", "destination", "path", "match", "mode", "timeout_hours",
    "overridable", "replaces", "starts_at", "ends_at", "status", "project", "release", "field", "text",
)  # fmt: skip


class _Members:
    """Reads the members of an object, each with its type; whatever is wrong raises `Refused("format", …)`."""

    def __init__(self, value: Any, what: str) -> None:
        self._value: Mapping[str, Any] = self._typed(value, dict, what)
        self._what = what

    def only(self, *names: str) -> None:
        """Refuse every member that has no meaning here: it might change what the others mean."""
        if unknown := self._value.keys() - set(names):
            raise Refused("format", f"Unknown member of {self._what}: {min(unknown)}")

    def get(self, name: str, kind: type[_Value], *, default: _Value | None = None) -> _Value:
        value = self._value.get(name)
        if value is None and default is not None:
            return default
        return self._typed(value, kind, f"{name} of {self._what}")

    def number(self, name: str, *, least: int = 1, most: int = MAX_NUMBER) -> int:
        value = self._value.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Refused("format", f"{name} of {self._what} is no number that it may be.")
        return value

    def choice(self, name: str, choices: Collection[str]) -> str:
        value = self.get(name, str)
        if value not in choices:
            raise Refused("format", f"{name} of {self._what} is none of {', '.join(choices)}.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        return _all_texts(self.get(name, list), f"{name} of {self._what}")

    def globs(self, name: str) -> tuple[str, ...]:
        """A list of globs, or several in one text."""
        value = self._value.get(name)
        return tuple((value or "").split()) if value is None or isinstance(value, str) else self.texts(name)

    def time(self, name: str) -> datetime | None:
        value = self._value.get(name)
        return None if value is None else read_time(self._typed(value, str, f"{name} of {self._what}"))

    @staticmethod
    def _typed(value: Any, kind: type[_Value], what: str) -> _Value:
        if not isinstance(value, kind):
            raise Refused("format", f"{what} is no {kind.__name__}.")
        return value


def read_time(text: str) -> datetime:
    """A time with its zone, RFC 3339. Raises `Refused`."""
    try:
        time = datetime.fromisoformat(text)
        if time.tzinfo is None:
            raise Refused("format", f"{text!r} has no time zone.")
        return time.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Refused("format", f"{text!r} is no time.") from error


def _all_texts(values: Sequence[Any], what: str) -> tuple[str, ...]:
    if not all(isinstance(each, str) for each in values):
        raise Refused("format", f"{what} holds something that is no text.")
    return tuple(values)


def obeyed(editions: Sequence[Edition], now: datetime) -> tuple[Directive, ...]:
    """The directives that hold now, in the order in which they are written.

    `editions` are those of the station's teams, from the root to its own. A directive of a team below replaces an
    overridable one from above. Order: category, position, title. The own team's order of categories comes first, then
    that of the teams above it; then categories that no team lists, by name; then directives without a category.
    """
    level = {edition.team: number for number, edition in enumerate(editions)}
    holding = [each for edition in editions for each in edition.directives if each.holds_at(now)]
    by_id = {each.id: each for each in holding}
    replaced = {
        each.replaces
        for each in holding
        if each.replaces in by_id
        and by_id[each.replaces].overridable
        and level[by_id[each.replaces].team] < level[each.team]
    }
    return tuple(sorted((each for each in holding if each.id not in replaced), key=_order(editions)))


def next_date(editions: Sequence[Edition], now: datetime) -> datetime | None:
    """When `obeyed` next changes by itself."""
    dates = (date for e in editions for d in e.directives for date in (d.starts_at, d.ends_at))
    return min((date for date in dates if date is not None and date > now), default=None)


def _order(editions: Sequence[Edition]) -> Callable[[Directive], tuple[Any, ...]]:
    places: dict[str, int] = {}
    for edition in reversed(editions):
        for category in edition.categories:
            places.setdefault(category, len(places))

    def key(directive: Directive) -> tuple[Any, ...]:
        place = places.get(directive.category, len(places))
        without = not directive.category and directive.category not in places
        return (without, place, directive.category, directive.position, directive.title, directive.id)

    return key
