"""The JSON that the endpoints of attachments take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from drafts.attachments.models import MAX_TYPE
from rest.fields import Text, Uuid


class SubjectRef(serializers.Serializer[Any]):
    """What a file hangs on: `project`, `draft`, `comment`, `proposal`, or what a stage adds."""

    type = Text(max_length=MAX_TYPE)
    id = Uuid()


class NewAttachment(serializers.Serializer[Any]):
    upload = Uuid(help_text="A whole upload of one's own.")
    subject = SubjectRef()
    name = Text(max_length=255, help_text="The name of the file; it obeys the rules of one part of a path.")


class AttachmentInfo(serializers.Serializer[Any]):
    """An attachment; see `drafts.attachments.models.Attachment.body`."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    sha256 = serializers.CharField()
    blake3 = serializers.CharField()
    media_type = serializers.CharField(help_text="From a closed list, by the first bytes of the file.")
    subject = SubjectRef()
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()
    removed_at = serializers.DateTimeField(allow_null=True)
    removed_by = PersonSerializer(allow_null=True)
    reason = serializers.CharField(help_text="Why it was removed; empty otherwise.")
