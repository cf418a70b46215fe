"""Shapes of runs that refine a text."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class RefinementInfo(serializers.Serializer[Any]):
    """How an experiment refines: which field, measured with which models of the suite."""

    # The base class has a property of this name.
    field = serializers.CharField()
    models = serializers.ListField(child=serializers.CharField())
    max_calls = serializers.IntegerField(help_text="Requests of one run at most.")
    held_out = serializers.IntegerField(help_text="Percent of the cases that are held back.")


class ScoreInfo(serializers.Serializer[Any]):
    """How good a text is on some cases; `score` is the mean of its answers in millionths."""

    answers = serializers.IntegerField()
    passed = serializers.IntegerField()
    score = serializers.IntegerField()


class RefinedInfo(serializers.Serializer[Any]):
    """What a run that refines amounts to. `before` and `after` are scores on the cases that were held back."""

    outcome = serializers.ChoiceField(["improved", "not_improved", "unchanged"])
    best = serializers.IntegerField(help_text="The number of the best text; 0 is the first one.")
    candidates = serializers.IntegerField()
    calls = serializers.IntegerField()
    before = ScoreInfo()
    after = ScoreInfo()


class CandidateInfo(serializers.Serializer[Any]):
    """A text that was tried, 0 is the first one; scores are null until all its answers are there."""

    number = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)
    answers = serializers.IntegerField(help_text="Answers to working cases so far.")
    working = ScoreInfo(allow_null=True)
    held_out = ScoreInfo(allow_null=True)
    is_best = serializers.BooleanField()


class CandidatesInfo(serializers.Serializer[Any]):
    """How far a run that refines is; `count` is how many texts it has tried."""

    calls = serializers.IntegerField()
    max_calls = serializers.IntegerField()
    best_score = serializers.IntegerField(allow_null=True, help_text="On the working cases, in millionths.")
    count = serializers.IntegerField()
    candidates = CandidateInfo(many=True)
