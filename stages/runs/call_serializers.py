"""Shapes of calls and of the lines of consoles."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from stages.runs.models import LogKind, Purpose


class GradeInfo(serializers.Serializer[Any]):
    """What one grader says of an answer; `score` is in millionths. With an `error` it says nothing else."""

    grader = serializers.CharField()
    passed = serializers.BooleanField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(required=False)
    error = serializers.CharField(required=False)


class CallInfo(serializers.Serializer[Any]):
    """One request to the provider: what was sent, by hash, and how it ended."""

    number = serializers.IntegerField()
    attempt = serializers.IntegerField()
    purpose = serializers.ChoiceField(Purpose.choices)
    request = serializers.JSONField(allow_null=True, help_text="Each text by its SHA-256; null: nothing was sent.")
    response_sha256 = serializers.CharField(allow_null=True)
    tool_calls_sha256 = serializers.CharField(allow_null=True, help_text="Of RFC 8785 `[{id, name, arguments}]`.")
    case = serializers.CharField(allow_blank=True, help_text="The key of an evaluation's case.")
    repeat = serializers.IntegerField()
    candidate = serializers.IntegerField(
        allow_null=True, help_text="Where a text is refined: which one was measured, or proposed."
    )
    detail = serializers.CharField(allow_blank=True)
    is_reused = serializers.BooleanField()
    grades = GradeInfo(many=True, allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    outcome = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    finish_reason = serializers.CharField(allow_blank=True)
    model_reported = serializers.CharField(allow_blank=True)
    id_reported = serializers.CharField(allow_blank=True)
    input_tokens = serializers.IntegerField()
    output_tokens = serializers.IntegerField()
    cost = serializers.IntegerField()
    worst_cost = serializers.IntegerField(help_text="The most that it could cost.")
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class LogLine(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    kind = serializers.ChoiceField(LogKind.choices)
    text = serializers.CharField()
    at = serializers.DateTimeField()


class LogLines(serializers.Serializer[Any]):
    """The next lines of a console. `has_more` says whether to ask again after the last of them at once."""

    lines = LogLine(many=True)
    has_more = serializers.BooleanField()
