"""Shapes of promoting and proposing."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from drafts.models import MAX_MESSAGE
from proposals.models import MAX_TITLE
from rest.fields import Flag, Integer, Text, Uuid
from stages.pads.models import MAX_FIELD
from stages.pads.revision_serializers import MAX_REVISION

MAX_INTEGER: Final = 2**53 - 1
PART_HELP: Final = "The part of the pad's text at the revision; null for all of it."
PLACE_HELP: Final = "What of the field's text in the base version is replaced; null for all of it."


class TextRange(serializers.Serializer[Any]):
    """From `start` up to `end`, in UTF-16 units."""

    start = Integer(min_value=0, max_value=MAX_REVISION)
    end = Integer(min_value=0, max_value=MAX_REVISION)


class NewPadProposal(serializers.Serializer[Any]):
    """A part of a pad for a field, as a private proposal; without a `title` it is called as the pad."""

    revision = Integer(min_value=0, max_value=MAX_REVISION)
    part = TextRange(required=False, allow_null=True, help_text=PART_HELP)
    field = Text(max_length=MAX_FIELD)
    place = TextRange(required=False, allow_null=True, help_text=PLACE_HELP)
    base_version = Integer(min_value=0, max_value=MAX_REVISION)
    title = Text(max_length=MAX_TITLE, required=False, allow_blank=True)


class NewPromotion(serializers.Serializer[Any]):
    """A part of a pad for a field, whose lock `session_id` holds under `token`."""

    revision = Integer(min_value=0, max_value=MAX_REVISION)
    part = TextRange(required=False, allow_null=True, help_text=PART_HELP)
    field = Text(max_length=MAX_FIELD)
    place = TextRange(required=False, allow_null=True, help_text=PLACE_HELP)
    session_id = Uuid()
    token = Integer(min_value=0, max_value=MAX_INTEGER)
    base_version = Integer(min_value=0, max_value=MAX_REVISION)
    message = Text(max_length=MAX_MESSAGE, required=False, allow_blank=True)
    release_locks = Flag(required=False)
