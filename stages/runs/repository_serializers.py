"""Shapes of what the endpoints of repositories take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from rest.fields import Choice, Text
from stages.runs.models.repositories import MAX_URL
from stages.runs.secrets import MAX_KEY
from stages.runs.serializers import KeyInfo
from stages.runs.trees.forbidden import GUARDED

ALLOWS_HELP = "Guarded paths that runs may change here."


class NewRepository(serializers.Serializer[Any]):
    """A repository to connect. `api_url` is where pull requests are made, if its server has that elsewhere."""

    url = Text(max_length=MAX_URL)
    token = Text(max_length=MAX_KEY, required=False, allow_blank=True, write_only=True)
    api_url = Text(max_length=MAX_URL, required=False, allow_blank=True)
    allows = serializers.ListField(child=Choice(GUARDED), required=False, max_length=len(GUARDED))


class ChangedRepository(serializers.Serializer[Any]):
    allows = serializers.ListField(child=Choice(GUARDED), max_length=len(GUARDED), help_text=ALLOWS_HELP)


class NewRepositoryToken(serializers.Serializer[Any]):
    token = Text(max_length=MAX_KEY, write_only=True)


class RepositoryInfo(serializers.Serializer[Any]):
    """A repository that runs can read. `latest_commit` is the newest of its default branch when last asked."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    name = serializers.CharField()
    url = serializers.CharField()
    api_url = serializers.CharField()
    default_branch = serializers.CharField()
    latest_commit = serializers.CharField()
    token = KeyInfo(allow_null=True)
    allows = serializers.ListField(child=serializers.CharField(), help_text=ALLOWS_HELP)
    is_connected = serializers.BooleanField(help_text="False once it was removed.")
    created_at = serializers.DateTimeField()
    created_by = PersonSerializer()
