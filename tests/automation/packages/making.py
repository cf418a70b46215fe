"""Packages for tests."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from kernel.errors import ValidationFailed

CONTACTS = """
[module]
name = "contacts"
version = "1.0.0"
title = "Contacts"

[tables.contacts]
title = "Contacts"

[tables.contacts.columns.name]
type = "text"
title = "Name"
shared_key = "person.name"

[tables.contacts.columns.email]
type = "text"
"""


def packed(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of these files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    return buffer.getvalue()


def module(toml: str = CONTACTS, **files: str) -> bytes:
    """The archive of a module; `files` are named by their paths, with __ for a slash and _lua, _js at the end."""
    named = {
        path.replace("__", "/").replace("_lua", ".lua").replace("_js", ".js"): text for path, text in files.items()
    }
    return packed({"module.toml": toml, **named})


@contextmanager
def within(seconds: float = 0.5, mebibytes: int = 64) -> Iterator[None]:
    """Fail where the block takes longer, or more memory."""
    tracemalloc.start()
    begun = time.process_time()
    try:
        yield
        took, (_now, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Following each allocation makes it several times slower than it is.
    assert took < 4 * seconds, f"{took:.2f} s"
    assert peak < mebibytes * 1024 * 1024, f"{peak / 1024 / 1024:.0f} MiB"


def errors_of(read: Callable[[], Any]) -> dict[str, list[str]]:
    """What a refusal names."""
    with pytest.raises(ValidationFailed) as refused:
        read()
    return refused.value.errors
