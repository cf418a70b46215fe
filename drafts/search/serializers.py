"""The JSON of a search."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.models import Comment, CommentState
from drafts.search.reading import FieldHits


class HitInfo(serializers.Serializer[Any]):
    """A line with the words."""

    version = serializers.IntegerField(min_value=1, help_text="The newest that has the line.")
    since = serializers.IntegerField(min_value=1, help_text="The first of an unbroken row of versions that have it.")
    line = serializers.IntegerField(min_value=1, help_text="Its number in `version`.")
    text = serializers.CharField(help_text="The line, or a stretch of a long one.")
    is_current = serializers.BooleanField()


class FieldHitsInfo(serializers.Serializer[Any]):
    """The hits in one field: the ten newest different lines, and the number of all."""

    field = serializers.CharField()
    count = serializers.IntegerField()
    hits = HitInfo(many=True)


class CommentHit(serializers.Serializer[Any]):
    """A comment or a reply with the words, and the place of its thread."""

    id = serializers.UUIDField()
    thread_id = serializers.UUIDField()
    version = serializers.IntegerField(min_value=1)
    target_field = serializers.CharField()
    line = serializers.IntegerField(allow_null=True, help_text="Null on the whole field.")
    text = serializers.CharField()
    author = PersonSerializer()
    created_at = serializers.DateTimeField()
    state = serializers.ChoiceField(CommentState.choices)


class FoundInfo(serializers.Serializer[Any]):
    """A page without a next one: fields, comments, and whether there are more than the limits allow."""

    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = FieldHitsInfo(many=True)
    comments = CommentHit(many=True)
    more = serializers.BooleanField()


def field_body(found: FieldHits) -> dict[str, Any]:
    hits = [
        {
            "version": hit.version,
            "since": hit.since,
            "line": hit.line,
            "text": hit.text,
            "is_current": hit.is_current,
        }
        for hit in found.hits
    ]
    return {"field": found.field, "count": found.count, "hits": hits}


def comment_hit(comment: Comment) -> dict[str, Any]:
    thread = comment.thread or comment
    return {
        "id": comment.id,
        "thread_id": thread.id,
        "version": thread.on_draft.version_number,
        "target_field": thread.field,
        "line": thread.from_line,
        "text": comment.text,
        "author": comment.author.person(),
        "created_at": comment.created_at,
        "state": comment.state,
    }
