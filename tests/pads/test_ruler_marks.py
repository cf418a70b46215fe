"""What was promoted, on the ruler of a history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from stages.pads.pages.ruler import ruler_of
from stages.pads.stops import PARTS, Burst, Share, Stop

BEGIN = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def stop(first: int, minutes: int) -> Stop:
    """Eight revisions in five minutes."""
    begin = BEGIN + timedelta(minutes=minutes)
    share = Share(uuid4(), 8, 8, 0)
    return Stop((Burst(first, first + 7, begin, begin + timedelta(minutes=5), (share,), (1,) * PARTS),))


def test_marks_are_where_their_revisions_are_and_share_a_label_where_they_are_close() -> None:
    stops = [stop(1, 0), stop(9, 30), stop(17, 60)]
    moments = [(24, 9), (2, 5), (3, 6), (99, 12)]
    ruler = ruler_of(stops, stops[2], 24, stops[2].ended_at, UTC, moments=moments)
    assert [mark.versions for mark in ruler.promoted] == [(5, 6), (9,)]
    assert [mark.words for mark in ruler.promoted] == ["v5, v6", "v9"]
    first, last = ruler.promoted
    assert first.places == tuple(sorted(first.places))
    assert last.places == (ruler.here.x,)
    assert 10 <= first.label_x <= last.label_x <= 90
