"""Shapes of what the endpoints of held bundles take and answer."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from stages.replication.choices import Decision, HeldReason
from stages.replication.held.acts import DISCARD, RE_ENTER, RELEASE


class HeldInfo(serializers.Serializer[Any]):
    """A bundle that is held: whose it is, who sent it, why it is held, and what an owner may do."""

    id = serializers.UUIDField()
    site = serializers.CharField(help_text="The key of the site that wrote it, as it says.")
    site_name = serializers.CharField()
    sender = serializers.CharField(help_text="The key of the site that sent it.")
    number = serializers.IntegerField(allow_null=True, help_text="In the chain of its site; null if it names none.")
    hash = serializers.CharField()
    operations = serializers.IntegerField()
    reason = serializers.ChoiceField(HeldReason.choices)
    detail = serializers.CharField(allow_blank=True)
    since = serializers.DateTimeField()
    comes_at = serializers.DateTimeField(allow_null=True, help_text="When one that is ahead of our clock comes in.")
    waiting_behind = serializers.IntegerField(help_text="How many wait for it.")
    acts = serializers.ListField(child=serializers.ChoiceField([RELEASE, RE_ENTER, DISCARD]))


class Decided(serializers.Serializer[Any]):
    """What was decided."""

    id = serializers.UUIDField()
    site = serializers.CharField()
    number = serializers.IntegerField(allow_null=True)
    hash = serializers.CharField()
    decision = serializers.ChoiceField(Decision.choices)
    decided_at = serializers.DateTimeField()
