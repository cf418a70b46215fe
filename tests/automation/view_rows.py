"""Rows of the permission matrix: views of modules."""

from __future__ import annotations

from typing import Final

from tests.matrix import Row

REST: Final = (Row("api_views", "GET", "views/", 200),)
PAGES: Final = (
    # The project has adopted no module; what views show has tests of its own.
    Row("automation:view", "GET", "automation/views/models/models/", "not_found"),
    Row("automation:view", "POST", "automation/views/models/models/", "not_found"),
)
# They need a module; their budget is in `views/test_pages.py`.
NO_PAGES: Final = ("automation:view",)
