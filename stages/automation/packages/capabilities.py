"""What scripts and views may ask for, and what a script may watch: the forms of these texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext

from stages.automation.packages.refusing import refuse
from stages.automation.packages.shapes import CapabilitiesShape

MAX_CAPABILITIES: Final = 100
_TABLE: Final = r"[A-Za-z_][A-Za-z0-9_-]{0,59}"
_FIELD: Final = r"field:[A-Za-z0-9_./*-]{1,200}"
# `contacts.email`, `contacts.*`, `relation:plays`, `field:prompt_text`, `field:files/*`.
_DATA: Final = re.compile(rf"{_TABLE}\.(\*|{_TABLE})|relation:{_TABLE}|{_FIELD}")
# A table alone too: its records, new ones and those that are gone.
_WATCHED: Final = re.compile(rf"{_TABLE}|{_TABLE}\.(\*|{_TABLE})|relation:{_TABLE}|{_FIELD}")
_FILES: Final = re.compile(r"(read|write):[A-Za-z0-9_][A-Za-z0-9_./-]{0,150}\*?")


def check_capabilities(capabilities: CapabilitiesShape, path: str = "capabilities") -> None:
    """Refuse wishes that mean nothing. Raises `ValidationFailed` with the path of one."""
    for member in ("read", "write"):
        _check_each(getattr(capabilities, member), f"{path}.{member}", _DATA)
    _check_each(capabilities.files, f"{path}.files", _FILES)
    _check_each(capabilities.network, f"{path}.network", None)
    for at, address in enumerate(capabilities.network):
        if not _is_address(address):
            words = gettext("An https address and the beginning of a path, such as https://api.example.org/v1/.")
            raise refuse(f"{path}.network.{at}", words)


def check_watched(watched: Iterable[str], path: str) -> None:
    """Refuse what nothing changes. Raises `ValidationFailed`."""
    _check_each(tuple(watched), path, _WATCHED)


def _check_each(texts: tuple[str, ...], path: str, form: re.Pattern[str] | None) -> None:
    if len(texts) > MAX_CAPABILITIES:
        raise refuse(path, gettext("At most %(most)s of these.") % {"most": MAX_CAPABILITIES})
    for at, text in enumerate(texts):
        if form is not None and (not form.fullmatch(text) or ".." in text or "//" in text):
            raise refuse(f"{path}.{at}", gettext("“%(text)s” means nothing here.") % {"text": text[:100]})


def _is_address(address: str) -> bool:
    """Whether it is an https address of a host, with a path, and without a name, a question or a fragment."""
    if len(address) > 300 or not address.isascii() or not address.isprintable() or " " in address or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    is_plain = not (parts.query or parts.fragment or "@" in parts.netloc or "?" in address or "#" in address)
    is_path = parts.path.startswith("/") and not any(each in (".", "..") for each in parts.path.split("/"))
    return parts.scheme == "https" and bool(parts.hostname) and port != 0 and is_plain and is_path
