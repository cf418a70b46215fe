"""Request bodies: strict JSON, bounded in size, an object at the top."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from kernel.errors import PayloadTooLarge, ValidationFailed
from kernel.ijson import parse


class NotParsed(ValidationFailed):
    """The body is not a JSON object; raised before permissions are checked (docs/rules.md, "Order of checks")."""


class Body(dict[str, Any]):
    """A parsed JSON object with the bytes it came from."""

    def __init__(self, members: Mapping[str, Any], raw: bytes = b"{}") -> None:
        super().__init__(members)
        self.raw = raw

    def raw_text(self, *names: str) -> str:
        """The text of one value inside the body, exactly as it was sent: spelling of numbers, order of keys.

        ``names`` is its path through objects. Raises `KeyError`.
        """
        raw = self.raw
        for name in names:
            raw = bytes(msgspec.json.decode(raw, type=dict[str, msgspec.Raw])[name])
        return raw.decode()


class StrictJSONParser(BaseParser):
    """``application/json`` as I-JSON (RFC 7493)."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Body:
        """Read and parse the body. Raises `PayloadTooLarge` over 8 MiB, `NotParsed` for anything but a JSON object."""
        limit = settings.FOUNDRY_MAX_MESSAGE_BYTES
        raw = stream.read(limit + 1)
        if len(raw) > limit:
            raise PayloadTooLarge(
                _("A message can have at most {most} MiB.").format(most=limit // 1024**2), limit=limit
            )
        try:
            value = parse(raw)
        except ValidationFailed as error:
            raise NotParsed(error.errors) from None
        if not isinstance(value, dict):
            raise NotParsed({"body": [_("Must be a JSON object.")]})
        return Body(value, raw)
