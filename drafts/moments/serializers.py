"""The JSON of the workspace at an earlier time."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.comments.positions import fields_on, positions
from drafts.comments.serializers import Anchor, Lines
from drafts.moments.reading import Moment
from drafts.reading import body
from drafts.serializers import DraftInfo
from locking.serializers import LeaseInfo, lease_body


class SaidThen(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    text = serializers.CharField()
    author = PersonSerializer()
    created_at = serializers.DateTimeField()


class OpenThen(SaidThen):
    """A thread that was open, with its replies."""

    version = serializers.IntegerField(min_value=1, help_text="Where it was made.")
    target_field = serializers.CharField(help_text="Its field, as it was called there.")
    field = serializers.CharField(help_text="What the field was called then: files can be renamed.")
    anchor = Anchor(allow_null=True)
    position = Lines(allow_null=True, help_text="Where its text was; null where it was gone.")
    replies = SaidThen(many=True)


class MomentInfo(serializers.Serializer[Any]):
    """The workspace as it was."""

    at = serializers.DateTimeField()
    draft = DraftInfo(allow_null=True, help_text="The version that was current; null before the first.")
    comments = OpenThen(many=True)
    more_comments = serializers.BooleanField(help_text="Whether more than 500 threads were open.")
    leases = LeaseInfo(many=True, help_text="Who held which field then.")


def moment_body(moment: Moment) -> dict[str, Any]:
    """A moment as its readers get it. Comments on later versions are left out."""
    draft = moment.draft
    fields = fields_on(moment.comments, draft) if draft else {}
    places = positions(moment.comments, draft, fields) if draft else {}
    comments = [
        {
            **_comment_body(thread),
            "version": thread.on_draft.version_number,
            "target_field": thread.field,
            "field": fields.get(thread.id, thread.field),
            "anchor": thread.anchor,
            "position": place._asdict() if (place := places.get(thread.id)) else None,
            "replies": [_comment_body(reply) for reply in moment.replies.get(thread.id, [])],
        }
        for thread in moment.comments
    ]
    return {
        "at": moment.at,
        "draft": body(draft) if draft else None,
        "comments": comments,
        "more_comments": moment.more_comments,
        "leases": [lease_body(lease) for lease in moment.leases],
    }


def _comment_body(comment: Any) -> dict[str, Any]:
    return {
        "id": comment.id,
        "text": comment.text,
        "author": comment.author.person(),
        "created_at": comment.created_at,
    }
