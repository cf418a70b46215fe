"""Project files as somebody reads and writes them who knows the format."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pytest

from drafts.exchange.verification import verify_file
from kernel.canonical import canonical
from kernel.errors import ValidationFailed

Line = dict[str, Any]


def verify(data: bytes) -> Any:
    return verify_file(io.BytesIO(data))


def sealed(rows: list[Line]) -> bytes:
    """A file of these lines with a last line that fits: what somebody writes who knows the format."""
    body = b"".join(f"{canonical(row)}\n".encode() for row in rows)
    end = {"type": "end", "lines": len(rows), "sha256": hashlib.sha256(body).hexdigest()}
    return body + f"{canonical(end)}\n".encode()


def rows_of(data: bytes) -> list[Line]:
    return [json.loads(line) for line in data.splitlines()][:-1]


def refused(data: bytes) -> str:
    with pytest.raises(ValidationFailed) as refusal:
        verify(data)
    return refusal.value.detail
