"""Responses encoded by msgspec, including dates, UUIDs and texts that are JSON already."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from rest_framework.renderers import BaseRenderer

_encoder = msgspec.json.Encoder(decimal_format="number")


def raw_json(text: str) -> msgspec.Raw:
    """A JSON text to embed in an answer unchanged, with its spelling of numbers and order of keys."""
    return msgspec.Raw(text.encode())


class JSONRenderer(BaseRenderer):
    """``application/json``; times are RFC 3339 in UTC."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        return b"" if data is None else _encoder.encode(data)
