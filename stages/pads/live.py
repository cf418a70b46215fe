"""A pad, live: its revisions are the frames of the topic `pad.<id>`, numbered as they are stored."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import realtime
from accounts.callers import Caller
from accounts.models import Person
from gateway.streams import StreamSource, TopicType, topic_id
from kernel.late import Late
from realtime.frames import Frame, notification_frame
from stages.pads.bodies import change_body, numbers_in, stored_change_body, writer_bodies
from stages.pads.models import Pad
from stages.pads.reading import visible_pad
from stages.pads.sizes import next_revisions

if TYPE_CHECKING:
    from stages.pads.services.storing import NewRevision

NOTIFICATIONS: Final = {
    "pad.changed": ("pad_id", "epoch", "writers", "changes"),
    "pad.cursors": ("pad_id", "cursors"),
    "pad.joined": ("pad_id", "writer", "user"),
    "pad.head": ("pad_id", "revision", "crc"),
}
# What one frame holds at most of what is read again.
_REVISIONS: Final = 100
_CHARACTERS: Final = 256 * 1024


def pad_topic(pad_id: UUID) -> str:
    """The topic of a pad."""
    return f"pad.{pad_id}"


def authorize(caller: Caller, topic: str) -> UUID:
    """Whoever may read the pad's project."""
    return visible_pad(user=caller.user, pad_id=topic_id(topic)).project_id


def publish_revisions(
    pad_id: UUID, rows: Sequence[NewRevision], *, at: datetime, people: Mapping[UUID, Person]
) -> None:
    """Send committed revisions to everybody who follows the pad: one frame for all, or for each epoch.

    `people` are those who wrote them, by id.
    """
    changes = [(row.epoch, change_body(row, at)) for row in rows]
    own = {row.writer: people.get(row.user_id) for row in rows if row.user_id is not None}
    known: dict[int, dict[str, Any]] = {number: {"number": number, "user": own[number]} for number in own}
    if missing := numbers_in(body for _epoch, body in changes) - known.keys():
        known |= {writer["number"]: writer for writer in writer_bodies(pad_id, missing)}
    for frame in _frames(pad_id, changes, known.values()):
        realtime.publish(topic=pad_topic(pad_id), seq=frame.seq, seq_from=frame.seq_from, frame=frame.text)


class PadHistory:
    """The revisions of pads, by their number."""

    def read(self, topic: str, after: int, limit: int) -> Sequence[Frame]:
        pad_id = topic_id(topic)
        changes = [(each.epoch, stored_change_body(each)) for each in next_revisions(pad_id, after, limit * 10)]
        writers = writer_bodies(pad_id, numbers_in(body for _epoch, body in changes))
        return list(_frames(pad_id, changes, writers))[:limit]

    def heads(self, topics: Sequence[str]) -> Mapping[str, int]:
        heads = Pad.objects.filter(pk__in=map(topic_id, topics)).values_list("pk", "head")
        return {pad_topic(pad_id): head for pad_id, head in heads}


def _frames(
    pad_id: UUID, changes: Iterable[tuple[int, dict[str, Any]]], writers: Collection[dict[str, Any]]
) -> Iterator[Frame]:
    """The notifications of changes in their order: each of one epoch, and not too large."""
    for epoch, part in _parts(changes):
        numbers = numbers_in(part)
        params = {
            "pad_id": str(pad_id),
            "epoch": epoch,
            "writers": [writer for writer in writers if writer["number"] in numbers],
            "changes": part,
        }
        yield Frame(part[0]["revision"], part[-1]["revision"], notification_frame("pad.changed", params))


def _parts(changes: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    part: list[dict[str, Any]] = []
    size = last = 0
    for epoch, body in changes:
        if part and (epoch != last or len(part) >= _REVISIONS or size > _CHARACTERS):
            yield last, part
            part, size = [], 0
        part.append(body)
        # The update repeats what the edits insert.
        size += 2 * len(body["update"])
        last = epoch
    if part:
        yield last, part


class PadSource(StreamSource):
    """The topics of pads on one node; its sockets learn the newest revision with the checksum of its text."""

    async def head_frames(self, heads: Mapping[str, int]) -> Mapping[str, str]:
        sums: Mapping[UUID, tuple[int, int]] = await self.lanes.read(
            functools.partial(_read_checksums, {topic_id(topic): head for topic, head in heads.items()})
        )
        return {
            pad_topic(pad_id): notification_frame("pad.head", {"pad_id": str(pad_id), "revision": revision, "crc": crc})
            for pad_id, (revision, crc) in sums.items()
        }


# Late, because it loads the library of shared documents.
_read_checksums: Final = Late("stages.pads.checksums:read_checksums")
TOPIC: Final = TopicType(authorize=authorize, history=PadHistory(), source=PadSource)
