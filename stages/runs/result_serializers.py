"""Shapes of the results of evaluations."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from stages.runs.models import RunStatus
from stages.runs.results import GROUPS

STATES = ("passed", "failed", "error", "waiting")
CHANGES = ("regressed", "fixed", "same", "uncertain", "unpaired")


class VerdictInfo(serializers.Serializer[Any]):
    """What the answers of a run amount to, in cases. With any error the outcome is `errors`."""

    outcome = serializers.ChoiceField(["passed", "failed", "errors"])
    passed = serializers.IntegerField()
    failed = serializers.IntegerField()
    # The base class has a property of this name.
    errors = serializers.IntegerField()  # type: ignore[assignment]


class ComparisonInfo(serializers.Serializer[Any]):
    """How many answers compare how with the baseline, and the exact p of McNemar's test."""

    regressed = serializers.IntegerField()
    fixed = serializers.IntegerField()
    same = serializers.IntegerField()
    uncertain = serializers.IntegerField(help_text="One of the two is an error.")
    unpaired = serializers.IntegerField(help_text="There is only one of the two.")
    p = serializers.FloatField()
    could_be_chance = serializers.BooleanField()


class ModelResultInfo(serializers.Serializer[Any]):
    """A model of the suite, with its newest run."""

    name = serializers.CharField()
    run_id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(RunStatus.choices, allow_null=True)
    verdict = VerdictInfo(allow_null=True)
    comparison = ComparisonInfo(allow_null=True)


class CellInfo(serializers.Serializer[Any]):
    """One answer. `call` is the number of the call in the model's run that it came with."""

    model = serializers.CharField()
    repeat = serializers.IntegerField()
    state = serializers.ChoiceField(STATES)
    change = serializers.ChoiceField(CHANGES, allow_blank=True)
    score = serializers.FloatField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    call = serializers.IntegerField(allow_null=True)


class CaseResultInfo(serializers.Serializer[Any]):
    """The answers to a case, and the line that it is on."""

    case = serializers.CharField()
    line = serializers.IntegerField()
    group = serializers.ChoiceField(GROUPS)
    cells = CellInfo(many=True)


class ResultsInfo(serializers.Serializer[Any]):
    """Some rows of the results; `count` is how many there are, `counts` how many answers are in which state."""

    outcome = serializers.ChoiceField(["passed", "failed", "errors", "waiting"])
    suite = serializers.CharField()
    version = serializers.IntegerField()
    baseline_version = serializers.IntegerField(allow_null=True)
    models = ModelResultInfo(many=True)
    comparison = ComparisonInfo(allow_null=True)
    counts = serializers.DictField(child=serializers.IntegerField())
    count = serializers.IntegerField()
    rows = CaseResultInfo(many=True)
