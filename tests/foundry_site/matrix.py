"""Rows of the permission matrix: the whole site."""

from __future__ import annotations

from tests.matrix import SiteRow

SITE_REST = (
    SiteRow("api_schema", "GET", "/api/schema/", 200),
    # A page for browsers: without a cookie it leads to the sign-in form.
    SiteRow("api_docs", "GET", "/api/docs/", 302, 302),
)
SITE_PAGES = (
    SiteRow("healthz", "GET", "/healthz", 200, 200),
    SiteRow("readyz", "GET", "/readyz", 200, 200),
    SiteRow("metrics", "GET", "/metrics", "not_authenticated"),
)
