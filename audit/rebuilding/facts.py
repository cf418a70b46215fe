"""An event as the rebuilding of tables reads it: from its canonical text alone, whose link was verified before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

# From this version of events on (`v`), every fact that a compared column needs is in them.
COMPLETE_FROM: Final = 2
# How long the statement that wrote a row may have waited for the time of its event, in events of version 1: the
# database ends statements and waits for locks long before.
_MAX_STATEMENT_TIME: Final = timedelta(minutes=1)


class Untrue(Exception):
    """What an event says cannot be so, in words that end a sentence about it."""


class _Unrecorded:
    """Equal to whatever stands in the table: the event of this row does not tell it."""

    def __repr__(self) -> str:
        return "not recorded"


UNRECORDED: Final = _Unrecorded()


@dataclass(frozen=True, slots=True, repr=False)
class ShortlyBefore:
    """A time that an event of version 1 tells only nearly: that of the statement which recorded it, `at` or before."""

    at: datetime

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and timedelta() <= self.at - other <= _MAX_STATEMENT_TIME

    def __hash__(self) -> int:
        return hash(self.at)

    def __repr__(self) -> str:
        return f"shortly before {self.at}"


class _SomeTime:
    """Equal to any time: the event says that there is one, but not which."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "a time"


SOME_TIME: Final = _SomeTime()


@dataclass(frozen=True, slots=True)
class Fact:
    """One verified event. Nothing here comes from a column that Postgres generates."""

    chain: str
    seq: int
    at: datetime
    record: dict[str, Any]

    @property
    def where(self) -> str:
        return f"{self.chain}#{self.seq}"

    @property
    def action(self) -> str:
        return str(self.record["action"])

    @property
    def data(self) -> dict[str, Any]:
        data: dict[str, Any] = self.record["data"]
        return data

    @property
    def actor_id(self) -> UUID:
        return UUID(self.record["actor"]["id"])

    @property
    def target_id(self) -> str:
        return str(self.record["target"]["id"])

    @property
    def project_id(self) -> UUID:
        """Of an event on a project's chain."""
        return UUID(self.chain)

    @property
    def is_complete(self) -> bool:
        """Whether it tells everything that is compared; older ones leave some facts out."""
        return int(self.record["v"]) >= COMPLETE_FROM

    def told(self, name: str) -> Any:
        """A member of `data` that events of version 1 lack: `UNRECORDED` there."""
        return self.data[name] if self.is_complete else UNRECORDED

    def told_moment(self, name: str, *, otherwise: Any = UNRECORDED) -> Any:
        """The same for a time; `otherwise` is what an event of version 1 tells."""
        return moment(self.data[name]) if self.is_complete else otherwise


def moment(text: str | None) -> datetime | None:
    """A time as events spell it."""
    return None if text is None else datetime.fromisoformat(text)


def identity(text: str | None) -> UUID | None:
    """An id as events spell it."""
    return None if text is None else UUID(text)
