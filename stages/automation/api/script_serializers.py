"""Scripts and executions as REST takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rest.fields import Flag, Text
from stages.automation.choices import Cause, ExecutionState

SETTINGS_HELP = (
    "`on_change` (what starts it), `args` (`name`, `type`, `title`, `required`, `options`), `capabilities` "
    "(`read`, `write`, `network`, `files`)."
)


@extend_schema_field(OpenApiTypes.OBJECT)
class JsonObject(serializers.DictField):
    """An object of JSON."""


class ScriptChange(serializers.Serializer[Any]):
    source = Text(  # type: ignore[assignment] # the name of a member of Field
        max_length=65_536, trim_whitespace=False, help_text="Lua 5.4, at most 64 KiB."
    )
    title = Text(max_length=200, allow_blank=True, required=False, default="")
    settings = JsonObject(required=False, help_text=SETTINGS_HELP)
    base_sha256 = Text(
        max_length=64,
        allow_blank=True,
        required=False,
        help_text="Of the text that this one was made from: `conflict` where another one is there by now. Empty: none.",
    )


class NewScript(ScriptChange):
    name = Text(max_length=100)


class ScriptText(serializers.Serializer[Any]):
    source = Text(  # type: ignore[assignment] # the name of a member of Field
        max_length=65_536, allow_blank=True, trim_whitespace=False, help_text="Lua 5.4, at most 64 KiB."
    )


class CheckedScript(serializers.Serializer[Any]):
    is_lua = serializers.BooleanField()
    line = serializers.IntegerField(allow_null=True, help_text="From 1, where it is known.")
    problem = serializers.CharField(allow_blank=True, help_text="In the words of Lua.")


class ScriptDeletion(serializers.Serializer[Any]):
    reason = Text(max_length=1_000)


class GrantsWanted(serializers.Serializer[Any]):
    sha256 = Text(max_length=64, help_text="Of the text that an owner shall read.")
    message = Text(max_length=1_000, allow_blank=True, required=False, default="")


class AskedOwners(serializers.Serializer[Any]):
    asked = serializers.ListField(child=serializers.CharField(), help_text="Names of the owners.")


class SavedScript(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    sha256 = serializers.CharField()


class ScriptSwitch(serializers.Serializer[Any]):
    sha256 = Text(max_length=64, help_text="Of the text that the owner has read.")
    is_on = Flag()
    grants = JsonObject(required=False, help_text="`read`, `write`, `network`, `files`: lists of texts.")
    reason = Text(max_length=2_000, allow_blank=True, required=False, default="")


class ScriptInfo(serializers.Serializer[Any]):
    id = serializers.CharField()
    name = serializers.CharField()
    title = serializers.CharField(allow_blank=True)
    module = serializers.CharField(allow_blank=True)
    sha256 = serializers.CharField()
    settings = JsonObject()
    is_on = serializers.BooleanField(help_text="In this text, at this site.")
    is_conflicted = serializers.BooleanField(help_text="Two sites wrote different texts; it is off.")
    grants = JsonObject()


class WholeScript(ScriptInfo):
    source = serializers.CharField()  # type: ignore[assignment] # the name of a member of Field


class ScriptList(serializers.Serializer[Any]):
    scripts = ScriptInfo(many=True)


class ScriptArguments(serializers.Serializer[Any]):
    args = JsonObject(required=False)


class RpcRun(serializers.Serializer[Any]):
    script = Text(max_length=200)
    args = JsonObject(required=False)


class StartedExecution(serializers.Serializer[Any]):
    execution_id = serializers.UUIDField()


class ExecutionInfo(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    script_id = serializers.UUIDField()
    script = serializers.CharField(help_text="Its name then.")
    sha256 = serializers.CharField()
    cause = serializers.ChoiceField(Cause.choices)
    person_id = serializers.UUIDField()
    state = serializers.ChoiceField(ExecutionState.choices)
    code = serializers.CharField(allow_blank=True)
    error = serializers.CharField(allow_blank=True)
    line = serializers.IntegerField(allow_null=True)
    fuel = serializers.IntegerField()
    memory = serializers.IntegerField()
    calls = serializers.IntegerField()
    writes = serializers.IntegerField()
    proposal_id = serializers.UUIDField(allow_null=True)
    proposal_state = serializers.CharField(allow_null=True, help_text="`discarded` where it is gone.")
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class LogLineInfo(serializers.Serializer[Any]):
    level = serializers.ChoiceField(["debug", "info", "warn", "error"])
    text = serializers.CharField(allow_blank=True)
    at = serializers.FloatField(required=False, help_text="Seconds since it began.")
    request = serializers.CharField(required=False, help_text="SHA-256 of a request to a server.")
    answer = serializers.CharField(required=False, help_text="SHA-256 of its answer.")


class ExecutionLog(serializers.Serializer[Any]):
    lines = LogLineInfo(many=True)
    next = serializers.IntegerField(help_text="`after` for what follows.")
    is_cut = serializers.BooleanField(help_text="Lines are missing at its end: it had more than 64 KiB.")
    state = serializers.ChoiceField(ExecutionState.choices)
    attempt = serializers.IntegerField(help_text="The log of another attempt begins anew.")
    progress = JsonObject(help_text="`done`, `total`, `text`, as the script said them last.")
    figures = JsonObject(help_text="`fuel`, `memory`, `calls`, `writes`: what it has used.")
