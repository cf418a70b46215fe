"""Rows of the permission matrix: presence."""

from __future__ import annotations

from tests.matrix import Row

REST = (Row("api_presence", "GET", "presence/", 200),)
