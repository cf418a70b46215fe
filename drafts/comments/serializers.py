"""The JSON that the endpoints of comments take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.comments.models import MAX_QUOTE, MAX_TEXT, CommentState, Side
from drafts.comments.reading import MarginCounts
from rest.fields import Integer, Text

LARGEST = 2**31 - 1


class Lines(serializers.Serializer[Any]):
    """A range of lines: 1-based, inclusive."""

    from_line = serializers.IntegerField(min_value=1)
    to_line = serializers.IntegerField(min_value=1)


class Anchor(Lines):
    """The original range, with the text that was selected in it."""

    quote = serializers.CharField(allow_blank=True)


class NewAnchor(serializers.Serializer[Any]):
    from_line = Integer(min_value=1, max_value=LARGEST)
    to_line = Integer(min_value=1, max_value=LARGEST)
    quote = Text(
        required=False, allow_blank=True, max_length=MAX_QUOTE, help_text="A part of these lines; all where left out."
    )


class NewComment(serializers.Serializer[Any]):
    """A comment on a field of a version; without an `anchor`, on the whole field."""

    version = Integer(min_value=1, max_value=LARGEST)
    target_field = Text(help_text="`prompt_text`, `model_configuration` or `files/<path>`.")
    text = Text(max_length=MAX_TEXT)
    anchor = NewAnchor(required=False, allow_null=True)


class NewReply(serializers.Serializer[Any]):
    text = Text(max_length=MAX_TEXT)


class CommentInfo(serializers.Serializer[Any]):
    """The members of threads and replies. A withdrawn one keeps its text, to be shown struck through."""

    id = serializers.UUIDField()
    text = serializers.CharField()
    author = PersonSerializer()
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(CommentState.choices)
    state_at = serializers.DateTimeField(allow_null=True, help_text="When the state last changed.")
    state_by = PersonSerializer(allow_null=True)


class ReplyInfo(CommentInfo):
    thread_id = serializers.UUIDField()


class ThreadInfo(CommentInfo):
    """A comment with its replies, positioned on the requested version, or in a round of its proposal."""

    version = serializers.IntegerField(min_value=1, allow_null=True, help_text="Where it was made; null on a round.")
    proposal_id = serializers.UUIDField(required=False, help_text="The proposal that it is on, if it is on one.")
    round = serializers.IntegerField(required=False, help_text="The round where it was made.")
    side = serializers.ChoiceField(Side.choices, required=False, help_text="The text of the round that it is on.")
    target_field = serializers.CharField(
        allow_blank=True, help_text="Its field, as it was called there; empty on all that a round changes."
    )
    field = serializers.CharField(
        allow_blank=True, help_text="What the field is called on the asked version: files can be renamed."
    )
    anchor = Anchor(allow_null=True)
    position = Lines(allow_null=True, help_text="Where its text is on the asked version; null where it is gone.")
    replies = ReplyInfo(many=True)


class FieldCounts(serializers.Serializer[Any]):
    """How many threads a field has."""

    open = serializers.IntegerField()
    resolved = serializers.IntegerField()
    withdrawn = serializers.IntegerField()
    gone = serializers.IntegerField(help_text="Of the open ones: how many whose text is gone.")
    lines = serializers.DictField(child=serializers.IntegerField(), help_text="Open ones by the line they begin on.")


class Counts(serializers.Serializer[Any]):
    version = serializers.IntegerField(allow_null=True, help_text="Null before the first version.")
    fields = serializers.DictField(child=FieldCounts())  # type: ignore[assignment] # DRF moves declared fields away


def counts_body(counts: MarginCounts) -> dict[str, Any]:
    return {
        **{state: counts.states[state] for state in CommentState.values},
        "gone": counts.gone,
        "lines": {str(line): counts.lines[line] for line in sorted(counts.lines)},
    }
