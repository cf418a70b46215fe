"""Shapes of texts and changes of pads."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from kernel.crdt.edits import MAX_EDITS
from rest.fields import Integer, Text, Uuid

MAX_REVISION: Final = 2**31 - 1
UNITS: Final = "In UTF-16 units of the text before the change."


class EditInfo(serializers.Serializer[Any]):
    """From `pos`, `delete` UTF-16 units are replaced by `insert`."""

    pos = Integer(min_value=0, max_value=MAX_REVISION, help_text=UNITS)
    delete = Integer(min_value=0, max_value=MAX_REVISION, help_text=UNITS)
    insert = Text(allow_blank=True)


class NewEdits(serializers.Serializer[Any]):
    """A change of the text at `revision`: sorted by position, apart. `session_id` is one of yours."""

    session_id = Uuid()
    revision = Integer(min_value=0, max_value=MAX_REVISION)
    edits = serializers.ListField(child=EditInfo(), max_length=MAX_EDITS)


class AcceptedEdits(serializers.Serializer[Any]):
    """The revision that a change became; the newest one where it changed nothing."""

    revision = serializers.IntegerField()
    missed = serializers.ListField(child=EditInfo(many=True), required=False)


class WriterInfo(serializers.Serializer[Any]):
    """Who a writer is: a session of somebody. Writer 0 is nobody, the text that the pad began with."""

    number = serializers.IntegerField()
    user = PersonSerializer(allow_null=True)


class RunField(serializers.ListField):
    """`[writer, length]`: so many UTF-16 units in a row."""

    child = serializers.IntegerField()


class PadTextInfo(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
    epoch = serializers.IntegerField()
    text = serializers.CharField()
    authors = serializers.ListField(
        child=RunField(), help_text="`[[writer, length], …]`: who wrote the text, from its beginning to its end."
    )
    writers = WriterInfo(many=True)


class ChangeInfo(serializers.Serializer[Any]):
    """One revision. `credits` are whose words it brings back, as runs, where they are not its writer's.

    Where `epoch` is another than that of the revision before, `update` is a whole new Yjs document of the same text.
    """

    revision = serializers.IntegerField()
    epoch = serializers.IntegerField()
    writer = serializers.IntegerField()
    at = serializers.DateTimeField()
    edits = EditInfo(many=True)
    # DRF moves declared fields out of the way of its own method.
    update = serializers.CharField(help_text="The same for Yjs documents, in base64.")  # type: ignore[assignment]
    credits = serializers.ListField(child=RunField(), allow_null=True)


class PadChanges(serializers.Serializer[Any]):
    head = serializers.IntegerField()
    writers = WriterInfo(many=True)
    changes = ChangeInfo(many=True)
    more = serializers.BooleanField()


class LoggedRevision(serializers.Serializer[Any]):
    """One revision as it is hashed."""

    revision = serializers.IntegerField()
    epoch = serializers.IntegerField()
    user_id = serializers.UUIDField(allow_null=True)
    writer = serializers.IntegerField()
    at = serializers.IntegerField(help_text="Microseconds since 1970 UTC.")
    edits = EditInfo(many=True)
    update = serializers.CharField(help_text="In base64.")  # type: ignore[assignment] # as above
    credits = serializers.ListField(child=RunField(), allow_null=True)


class PadLog(serializers.Serializer[Any]):
    head = serializers.IntegerField()
    log_hash = serializers.CharField(help_text="Of all revisions up to `head`, in hex.")
    recorded = serializers.IntegerField(help_text="Up to here the audit trail has a hash of the log.")
    revisions = LoggedRevision(many=True)
    more = serializers.BooleanField()


class TimelineSection(serializers.Serializer[Any]):
    first = serializers.IntegerField()
    last = serializers.IntegerField()
    began_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    changes = serializers.IntegerField()
    people = serializers.ListField(child=serializers.UUIDField())


class PadTimeline(serializers.Serializer[Any]):
    head = serializers.IntegerField()
    sections = TimelineSection(many=True)
    people = PersonSerializer(many=True)


class RestoredRevision(serializers.Serializer[Any]):
    revision = Integer(min_value=0, max_value=MAX_REVISION)


class TakenBack(serializers.Serializer[Any]):
    """Whose changes are taken back, of the revisions `after` + 1 to `until`."""

    user_id = Uuid()
    after = Integer(min_value=0, max_value=MAX_REVISION)
    until = Integer(min_value=0, max_value=MAX_REVISION)


class NewRevisionInfo(serializers.Serializer[Any]):
    revision = serializers.IntegerField()
