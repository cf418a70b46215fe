"""Rows of the permission matrix: what was found in the network."""

from __future__ import annotations

from typing import Final

from tests.matrix import Row

REST: Final = (Row("api_sites_nearby", "GET", "sites/nearby/", 200),)
