"""An event as used for rebuilding tables: read only from its canonical text, whose hash has been verified."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

# The event version (`v`) from which on events contain every value that is compared.
COMPLETE_FROM: Final = 2
# For events of version 1: the longest possible time between writing a row and timestamping its event. The database
# aborts statements and lock waits long before this.
_MAX_STATEMENT_TIME: Final = timedelta(minutes=1)


class Untrue(Exception):
    """An event contradicts itself or other events; the message completes a sentence about the event."""


class _Unrecorded:
    """A value that the event does not record; never reported as a difference."""

    def __repr__(self) -> str:
        return "not recorded"


UNRECORDED: Final = _Unrecorded()


@dataclass(frozen=True, slots=True, repr=False)
class ShortlyBefore:
    """A time that events of version 1 record only approximately: equal to times up to a minute before `at`."""

    at: datetime

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and timedelta() <= self.at - other <= _MAX_STATEMENT_TIME

    def __hash__(self) -> int:
        return hash(self.at)

    def __repr__(self) -> str:
        return f"shortly before {self.at}"


class _SomeTime:
    """Equal to any time: the event records that there is a time, but not which."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "a time"


SOME_TIME: Final = _SomeTime()


@dataclass(frozen=True, slots=True)
class Fact:
    """One verified event. No value comes from a column that Postgres generates."""

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
        """The project of an event on a project's chain."""
        return UUID(self.chain)

    @property
    def is_complete(self) -> bool:
        """Whether the event records every value that is compared; older events leave some out."""
        return int(self.record["v"]) >= COMPLETE_FROM

    def recorded(self, name: str) -> Any:
        """A member of `data`, or `UNRECORDED` for events of version 1, which do not have it."""
        return self.data[name] if self.is_complete else UNRECORDED

    def recorded_time(self, name: str, *, otherwise: Any = UNRECORDED) -> Any:
        """A time in `data`, or `otherwise` for events of version 1."""
        return moment(self.data[name]) if self.is_complete else otherwise


def moment(text: str | None) -> datetime | None:
    """Parse a time from an event."""
    return None if text is None else datetime.fromisoformat(text)


def identity(text: str | None) -> UUID | None:
    """Parse an id from an event."""
    return None if text is None else UUID(text)
