"""Shapes of what the endpoints of chosen and compared runs answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from drafts.compare.serializers import ComparedField
from stages.runs.file_serializers import ChangedFileInfo
from stages.runs.serializers import RunInfo


class ChosenRun(serializers.Serializer[Any]):
    """A chosen run, and your proposal of what it changed; null where it answered."""

    proposal_id = serializers.UUIDField(allow_null=True)
    run = RunInfo()


class PatchInfo(serializers.Serializer[Any]):
    patch = serializers.CharField(allow_blank=True, help_text="A unified diff in git's form, against the source.")
    sha256 = serializers.CharField(allow_null=True)
    files_changed = ChangedFileInfo(many=True)


class ComparedRunInfo(serializers.Serializer[Any]):
    """A run beside others: the difference of what it changed, or its answer, and what it took."""

    run = RunInfo()
    answer = serializers.CharField(allow_blank=True)
    answer_difference = serializers.JSONField(
        allow_null=True, help_text="To the first run's answer, in the form of a compared text; null if not asked for."
    )
    fields = ComparedField(many=True)  # type: ignore[assignment] # DRF moves declared fields out of the way
    seconds = serializers.FloatField(allow_null=True)
    repairs = serializers.IntegerField(help_text="How often its patch did not fit, and it was asked again.")


class ComparedRuns(serializers.Serializer[Any]):
    runs = ComparedRunInfo(many=True)
