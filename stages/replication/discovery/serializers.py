"""The shape of what was found in the network."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class NearbySite(serializers.Serializer[Any]):
    """A site that says in this network that it has the project. Nothing of it is proven."""

    key = serializers.CharField(help_text="The key that it says is its own: 64 hexadecimal digits.")
    addresses = serializers.ListField(child=serializers.CharField(), help_text="Where it says that it is dialled.")
    name = serializers.CharField(allow_blank=True, help_text="As another site has introduced the key; else empty.")
    is_admitted = serializers.BooleanField()
