"""How long browsers keep the built files."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

BUILT = Path(settings.BASE_DIR) / "static" / "dist"

# The end of an answer looks at the connection that an earlier test has left.
pytestmark = pytest.mark.django_db


def kept(name: str) -> str:
    """What the answer with a built file says about keeping it."""
    answer = Client().get(f"{settings.STATIC_URL}dist/{name}")
    assert answer.status_code == 200
    answer.close()
    return str(answer["Cache-Control"])


def test_a_chunk_is_never_asked_for_again() -> None:
    """Its name is of its content."""
    chunks = sorted(BUILT.glob("chunk-*.js"))
    assert chunks
    assert all("immutable" in kept(chunk.name) for chunk in chunks)


def test_what_keeps_its_name_is_asked_for_each_time() -> None:
    for name in ("base.js", "base.css", "workspace.js", "icons.svg"):
        assert kept(name) == "max-age=0, public"
