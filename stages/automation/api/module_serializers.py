"""Modules, suggestions."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from rest.fields import Flag, Text
from stages.automation.models.packages import MAX_NAME, MAX_VERSION


class CapabilityLists(serializers.Serializer[Any]):
    """What is asked for, or granted: `read` and `write` (`contacts.email`), `network` (addresses), `files`."""

    read = serializers.ListField(child=Text(max_length=300), required=False, max_length=100)
    write = serializers.ListField(child=Text(max_length=300), required=False, max_length=100)
    network = serializers.ListField(child=Text(max_length=300), required=False, max_length=100)
    files = serializers.ListField(child=Text(max_length=300), required=False, max_length=100)


class ModuleInfo(serializers.Serializer[Any]):
    """A version of a module at this site. `installed` is the version whose views the caller uses, null for none."""

    name = serializers.CharField()
    version = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    sha256 = serializers.CharField()
    shipped = serializers.BooleanField(help_text="Whether it comes with Foundry.")
    installed = serializers.CharField(allow_null=True)
    tables = serializers.ListField(child=serializers.CharField())
    relations = serializers.ListField(child=serializers.CharField())
    rules = serializers.ListField(child=serializers.CharField())
    scripts = serializers.ListField(child=serializers.CharField())
    views = serializers.ListField(child=serializers.CharField())
    capabilities = CapabilityLists()


class ModuleList(serializers.Serializer[Any]):
    results = ModuleInfo(many=True)


class WhichVersion(serializers.Serializer[Any]):
    version = Text(max_length=MAX_VERSION, required=False, allow_blank=True, help_text="The newest one without it.")


class RpcModule(WhichVersion):
    name = Text(max_length=MAX_NAME)


class InstalledInfo(serializers.Serializer[Any]):
    name = serializers.CharField()
    version = serializers.CharField()
    sha256 = serializers.CharField()


class AdoptModule(serializers.Serializer[Any]):
    """`grants` are out of what the module asks for; a script that is granted all that it asks for is switched on.

    `rules` are the names of those that are on; without them, all but those that somebody has switched off.
    """

    name = Text(max_length=MAX_NAME)
    version = Text(max_length=MAX_VERSION, required=False, allow_blank=True, help_text="The newest one without it.")
    grants = CapabilityLists(required=False)
    rules = serializers.ListField(child=Text(max_length=100), required=False, max_length=100)


class LeaveReason(serializers.Serializer[Any]):
    reason = Text(max_length=500)


class AdoptedInfo(serializers.Serializer[Any]):
    """A module of a project. `here` is false where an administrator should add the package of this hash."""

    name = serializers.CharField()
    version = serializers.CharField()
    sha256 = serializers.CharField()
    here = serializers.BooleanField()
    conflicted = serializers.BooleanField(help_text="Two sites adopted different versions; adopt one again.")
    newest = serializers.CharField(allow_null=True, help_text="A newer version at this site.")


class AdoptedList(serializers.Serializer[Any]):
    results = AdoptedInfo(many=True)


class SuggestedInfo(serializers.Serializer[Any]):
    """Two columns of one `shared_key`. `records` are in both tables; in `differ` of them they hold two values."""

    shared_key = serializers.CharField()
    facet_a = serializers.CharField()
    field_a = serializers.CharField()
    facet_b = serializers.CharField()
    field_b = serializers.CharField()
    type_a = serializers.CharField()
    type_b = serializers.CharField()
    state = serializers.ChoiceField(["suggested", "types_differ"])
    records = serializers.IntegerField()
    differ = serializers.IntegerField()
    fill = serializers.IntegerField(help_text="In so many, one of them is empty and would show the other's value.")


class SuggestionList(serializers.Serializer[Any]):
    results = SuggestedInfo(many=True)


class AnsweredSuggestion(serializers.Serializer[Any]):
    """`same` true: they are one from now on. False: they are different, and not suggested again."""

    facet_a = Text(max_length=100)
    field_a = Text(max_length=100)
    facet_b = Text(max_length=100)
    field_b = Text(max_length=100)
    same = Flag()
