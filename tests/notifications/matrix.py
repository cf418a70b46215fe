"""Rows of the permission matrix: the inbox."""

from __future__ import annotations

from tests.matrix import OTHER, SiteRow

SITE_REST = (
    SiteRow("api_inbox", "GET", "inbox/", 200),
    SiteRow("api_inbox_count", "GET", "inbox/count/", 200),
    SiteRow("api_inbox_read_all", "POST", "inbox/read/", 200),
    SiteRow("api_inbox_read", "POST", f"inbox/{OTHER}/read/", "not_found"),
)
