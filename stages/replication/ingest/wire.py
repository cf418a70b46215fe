"""How a bundle is written in messages between sites, and in what is held."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, Final

from django.utils.translation import gettext

from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from stages.registers.fold.wire import WireBundle

__all__ = ["WireBundle", "read_wire", "text_of_wire", "wire_of_text", "write_wire"]

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def read_wire(data: Any) -> WireBundle:
    """The bundle of `{header, operations: [{text, signature}]}`. Raises `ValidationFailed` for any other shape.

    Nothing of the texts is read. Half of a surrogate pair, which no text in UTF-8 has, is refused.
    """
    if not isinstance(data, dict) or set(data) != {"header", "operations"} or not isinstance(data["operations"], list):
        raise _wrong("")
    header = _text(data["header"], "header")
    return WireBundle(header, tuple(_operation(each, at) for at, each in enumerate(data["operations"])))


def write_wire(bundle: WireBundle) -> dict[str, Any]:
    """The JSON value of a bundle, which `read_wire` reads."""
    operations = [
        {"text": text, "signature": base64.b64encode(signature).decode()} for text, signature in bundle.operations
    ]
    return {"header": bundle.header, "operations": operations}


def text_of_wire(bundle: WireBundle) -> str:
    """The canonical text of a bundle, in which it is held."""
    return canonical(write_wire(bundle))


def wire_of_text(text: str) -> WireBundle:
    """The bundle of such a text."""
    return read_wire(json.loads(text))


def _operation(value: Any, at: int) -> tuple[str, bytes]:
    if not isinstance(value, dict) or set(value) != {"text", "signature"}:
        raise _wrong(f"operations.{at}")
    signature = _text(value["signature"], f"operations.{at}.signature")
    try:
        return _text(value["text"], f"operations.{at}.text"), base64.b64decode(signature, validate=True)
    except ValueError:
        raise _wrong(f"operations.{at}.signature") from None


def _text(value: Any, member: str) -> str:
    if not isinstance(value, str) or _SURROGATE.search(value):
        raise _wrong(member)
    return value


def _wrong(member: str) -> ValidationFailed:
    where = f"bundles.{member}" if member else "bundles"
    return ValidationFailed({where: [gettext("It is not what a bundle has here.")]})
