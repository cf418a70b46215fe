"""A pad at one of its revisions: what the page of its history shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from kernel.crdt.edits import count_units
from kernel.errors import NotFound
from stages.pads.loading import PadText, read_text
from stages.pads.models import Pad, Revision
from stages.pads.pages.past_lines import PastText, changed_lines, text_lines
from stages.pads.stops import PAUSE, Share, Stop, shares_between, stops_of


@dataclass(frozen=True, slots=True)
class ShareView:
    """What one person did; `user` is None for the text that the pad began with."""

    user: User | None
    inserted: int
    deleted: int


@dataclass(frozen=True, slots=True)
class StopRow:
    """One stop of the list. `day` is given where it is another day than at the row above; `minutes` is 0 for now."""

    stop: Stop
    number: int
    people: list[User]
    inserted: int
    deleted: int
    minutes: int
    is_now: bool
    is_shown: bool
    day: datetime | None
    # The versions that were promoted from one of its revisions.
    promoted: Sequence[int] = ()

    @property
    def versions(self) -> str:
        return ", ".join(f"v{version}" for version in self.promoted)

    @property
    def names(self) -> str:
        return ", ".join(user.display_name.split()[0] for user in self.people) or _("Text it began with")

    @property
    def whole_names(self) -> str:
        return ", ".join(user.display_name for user in self.people)


@dataclass(frozen=True)
class Past:
    """A pad at a revision, with the stop that it belongs to and the one before."""

    pad: Pad
    revision: Revision
    stops: Sequence[Stop]
    number: int
    found: PadText

    @property
    def at(self) -> int:
        return self.revision.revision

    @property
    def head(self) -> int:
        """The newest revision; somebody may have written since the pad was read."""
        return self.stops[-1].last

    @property
    def stop(self) -> Stop:
        return self.stops[self.number - 1]

    @property
    def before(self) -> Stop | None:
        """The stop before."""
        return self.stops[self.number - 2] if self.number > 1 else None

    @property
    def after(self) -> int:
        """The last revision of the stop before; 0 for the empty text."""
        return self.stop.first - 1

    @property
    def earlier_stop(self) -> int | None:
        """Where one step back leads."""
        return self.before.last if self.before else None

    @property
    def later_stop(self) -> int | None:
        """Where one step on leads: to the end of this stop, or of the next one."""
        if self.at < self.stop.last:
            return self.stop.last
        return self.stops[self.number].last if self.number < len(self.stops) else None

    @property
    def earlier(self) -> int | None:
        return self.at - 1 if self.at > 1 else None

    @property
    def later(self) -> int | None:
        return self.at + 1 if self.at < self.head else None

    @property
    def is_recorded(self) -> bool:
        return self.pad.recorded >= self.at

    @property
    def characters(self) -> int:
        return count_units(self.found.text)

    def shares(self) -> list[Share]:
        """What each person did since the stop before."""
        if self.at == self.stop.last:
            return self.stop.shares
        return shares_between(self.pad.id, self.after, self.at)

    def text(self) -> PastText:
        """The text as it was."""
        return text_lines(self.found.text)

    def changes(self, *, reader: UUID) -> PastText:
        """The text with what changed since the stop before."""
        before = read_text(self.pad.id, self.after).text if self.after else ""
        return changed_lines(before, self.found.text, reader=reader)

    def apart_from(self, other: str, *, reader: UUID) -> PastText:
        """The text with what it has and another one has not, and the other way round."""
        return changed_lines(other, self.found.text, reader=reader)


class PastPeople:
    """The people of a history, read together."""

    def __init__(self, shares: Iterable[Share], others: Collection[UUID | None] = ()) -> None:
        ids = {share.user_id for share in shares} | set(others)
        self._users = User.objects.in_bulk([user_id for user_id in ids if user_id is not None])

    def get(self, user_id: UUID | None) -> User | None:
        return self._users.get(user_id) if user_id is not None else None

    def views(self, shares: Iterable[Share]) -> list[ShareView]:
        """Those who changed something."""
        return [
            ShareView(self.get(share.user_id), share.inserted, share.deleted)
            for share in shares
            if share.inserted or share.deleted
        ]


def past_of(pad: Pad, at: int | None) -> Past | None:
    """A pad at a revision, by default the newest one; None where nobody has written in it. Four queries.

    Raises `NotFound` for a revision that does not exist.
    """
    if not pad.head:
        return None
    number = pad.head if at is None else at
    if not 1 <= number <= pad.head:
        raise NotFound(_("The newest revision is {head}.").format(head=pad.head), head=pad.head)
    stops = stops_of(pad.id)
    place = next(at for at, stop in enumerate(stops, 1) if stop.first <= number <= stop.last)
    revision = Revision.objects.defer("update").get(pad=pad.id, revision=number)
    return Past(pad, revision, stops, place, read_text(pad.id, number))


def rows_of(past: Past, people: PastPeople, zone: tzinfo, moments: Sequence[tuple[int, int]] = ()) -> list[StopRow]:
    """The stops, newest first. `moments` are revisions that were promoted, with their versions."""
    rows: list[StopRow] = []
    now, day = timezone.now(), timezone.localtime(timezone.now(), zone).date()
    for number in range(len(past.stops), 0, -1):
        stop = past.stops[number - 1]
        own: date = timezone.localtime(stop.ended_at, zone).date()
        shares = stop.shares
        lasted = (stop.ended_at - stop.began_at).total_seconds()
        rows.append(
            StopRow(
                stop,
                number,
                people=[view.user for view in people.views(shares) if view.user is not None],
                inserted=sum(share.inserted for share in shares),
                deleted=sum(share.deleted for share in shares),
                minutes=max(1, round(lasted / 60)),
                is_now=number == len(past.stops) and now - stop.ended_at < PAUSE,
                is_shown=number == past.number,
                day=stop.ended_at if own != day else None,
                promoted=sorted(version for at, version in moments if stop.first <= at <= stop.last),
            )
        )
        day = own
    return rows
