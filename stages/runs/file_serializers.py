"""Shapes of what a run changed, and of who chose it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.serializers import PersonSerializer
from stages.runs.trees.patches import STATUSES


class ChangedFileInfo(serializers.Serializer[Any]):
    """A file that a run changed; `added` and `removed` count lines."""

    path = serializers.CharField()
    status = serializers.ChoiceField(STATUSES)
    added = serializers.IntegerField()
    removed = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        # A word that Python keeps for itself.
        former = serializers.CharField(required=False, help_text="The path before, of a renamed file.")
        return {**super().get_fields(), "from": former}


class ChoiceInfo(serializers.Serializer[Any]):
    """Who chose a run, and the proposal that was made of it; null where you see none."""

    by = PersonSerializer()
    at = serializers.DateTimeField()
    proposal_id = serializers.UUIDField(allow_null=True)
