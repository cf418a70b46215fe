"""The shape of the runnable payload, for the API's description."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from drafts.serializers import JsonObject


class PayloadFile(serializers.Serializer[Any]):
    content = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_null=True)
    media_type = serializers.CharField()
    sha256 = serializers.CharField()


class Payload(serializers.Serializer[Any]):
    """Everything needed to run one content hash; the same bytes for every version with that content."""

    format = serializers.CharField(help_text="`foundry.payload/1`.")
    content_hash = serializers.CharField(help_text="`sha256:<hex>`; also the ETag.")
    prompt_text = serializers.CharField(allow_null=True, allow_blank=True)
    model_configuration = JsonObject(allow_null=True)
    model_configuration_text = serializers.CharField(allow_null=True, help_text="As it was typed.")
    files = serializers.DictField(child=PayloadFile(), help_text="By path.")
