"""Rows of the permission matrix: projects and their members."""

from __future__ import annotations

from tests.matrix import ALWAYS, OWNERS, Row, SiteRow

REST = (
    Row("api_project", "GET", "", 200),
    Row("api_project", "PATCH", "", 200, OWNERS, ("open", "in_review", "frozen"), {"name": "Renamed"}),
    Row("api_archive", "POST", "archive/", 200, OWNERS, ("open", "frozen")),
    Row("api_reopen", "POST", "reopen/", 200, OWNERS, ("frozen", "archived"), {"reason": "Needed"}),
    Row("api_members", "GET", "members/", 200),
    Row("api_members", "POST", "members/", 201, OWNERS, ALWAYS, {"username": "{stranger}", "role": "viewer"}),
    Row("api_member", "PATCH", "members/{viewer}/", 200, OWNERS, ALWAYS, {"role": "editor", "reason": "Grows"}),
    Row("api_remove_member", "POST", "members/{viewer}/remove/", 204, OWNERS, ALWAYS, {"reason": "Left"}),
    Row("api_events", "GET", "events/", 200),
)
SITE_REST = (
    SiteRow("api_projects", "GET", "projects/", 200),
    SiteRow("api_projects", "POST", "projects/", "validation_failed"),
)
