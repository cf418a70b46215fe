"""Rules as REST takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from kernel.names import MAX_REASON
from rest.fields import Flag, Text, Uuid

DEFINITION_HELP = (
    "`scope` (a table), `when` (conditions that all hold), `add_to` (a table), `fill` and `overwrite` "
    "(values by column), `when_lost` (`propose` or `keep`)."
)


@extend_schema_field(OpenApiTypes.OBJECT)
class Definition(serializers.JSONField):
    """The definition of a rule."""


class RuleChange(serializers.Serializer[Any]):
    definition = Definition(help_text=DEFINITION_HELP)
    is_on = Flag(default=True)


class NewRule(RuleChange):
    name = Text(max_length=100)


class RuleQuestion(serializers.Serializer[Any]):
    definition = Definition(help_text=DEFINITION_HELP)
    rule_id = Uuid(required=False, allow_null=True, help_text="The rule that would be changed.")


class RuleInfo(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    definition = Definition()
    sentence = serializers.CharField(allow_blank=True, help_text="Empty for a definition that cannot be read here.")
    module = serializers.CharField(allow_blank=True)
    is_on = serializers.BooleanField()
    is_conflicted = serializers.BooleanField(help_text="Two sites wrote different definitions; it is off.")


class RuleList(serializers.Serializer[Any]):
    rules = RuleInfo(many=True)


class SavedRuleInfo(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    is_on = serializers.BooleanField()


class RuleRename(serializers.Serializer[Any]):
    name = Text(max_length=100)


class RuleReason(serializers.Serializer[Any]):
    reason = Text(max_length=MAX_REASON)


class RuleChangeInfo(serializers.Serializer[Any]):
    """One change of a rule, with its name and definition after it."""

    act = serializers.ChoiceField(["saved", "renamed", "deleted"])
    name = serializers.CharField()
    definition = serializers.CharField(help_text="As canonical JSON (RFC 8785), of which the switch has the SHA-256.")
    sentence = serializers.CharField(allow_blank=True)
    by = serializers.CharField()
    site = serializers.CharField()
    at = serializers.CharField(help_text="RFC 3339, by the clock of the site.")
    bundle_id = serializers.CharField()


class RuleHistory(serializers.Serializer[Any]):
    changes = RuleChangeInfo(many=True)


class SampleInfo(serializers.Serializer[Any]):
    """A record, and what would become of it."""

    record = serializers.CharField()
    key = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)
    change = serializers.ChoiceField(["joins", "leaves", "stays", "fills", "kept_out", "none"])


class CycleInfo(serializers.Serializer[Any]):
    rules = serializers.ListField(child=serializers.CharField())
    columns = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class RuleAnswer(serializers.Serializer[Any]):
    """What a rule would do if it were saved now; `sample` has the first records of each change."""

    matches = serializers.IntegerField()
    there = serializers.IntegerField(help_text="How many of them are in the table already.")
    joining = serializers.IntegerField()
    leaving = serializers.IntegerField()
    kept_out = serializers.IntegerField(help_text="Of those that match, those that a person took out; they stay out.")
    staying = serializers.IntegerField(help_text="Of those that do not match, those that a person put there.")
    sentence = serializers.CharField()
    sample = SampleInfo(many=True)
    cycle = CycleInfo(allow_null=True)
