"""Fixtures for the tests of names, which give one to whatever has one."""

from __future__ import annotations

from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
