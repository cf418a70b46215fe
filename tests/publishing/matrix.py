"""Rows of the permission matrix: policies and releases."""

from __future__ import annotations

from uuid import UUID

from accounts.callers import Caller
from projects.models import Project
from publishing.models import Release
from publishing.services import submit_release, withdraw_release
from tests.matrix import IN_REVIEW, OPEN, OWNERS, REVIEWERS, WRITERS, Row

RELEASE = "/api/v1/releases/{release}/"
SIGNATURE = {"meaning": "approved", "username": "nobody", "password": "wrong"}
REST = (
    Row("api_policy", "GET", "policy/", 200),
    Row("api_policy", "PUT", "policy/", 200, OWNERS, ("open", "frozen"), {"open_tasks": "block"}),
    Row("api_releases", "GET", "releases/", 200),
    Row("api_releases", "POST", "releases/", 201, WRITERS, OPEN, {"name": "1.0.0", "version": 2}),
    Row("api_one_release", "GET", RELEASE, 200),
    Row("api_challenge", "GET", RELEASE + "challenge/", 200),
    Row("api_signatures", "POST", RELEASE + "signatures/", "reauthentication_failed", REVIEWERS, IN_REVIEW, SIGNATURE),
    Row(
        "api_signatures",
        "POST",
        RELEASE + "signatures/",
        "reauthentication_failed",
        WRITERS,
        IN_REVIEW,
        {**SIGNATURE, "meaning": "authored"},
    ),
    Row("api_bundle", "GET", RELEASE + "bundle/", 200, (*REVIEWERS, "auditor")),
    Row("api_reject", "POST", RELEASE + "reject/", "conflict", REVIEWERS, IN_REVIEW, {"reason": "Not yet"}),
    Row("api_release_notes", "PUT", RELEASE + "notes/", "conflict", WRITERS, IN_REVIEW, {"notes": "Clearer"}),
    Row("api_withdraw", "POST", RELEASE + "withdraw/", "conflict", WRITERS, IN_REVIEW, {"reason": "A mistake"}),
)


def furnish(project: Project, caller: Caller) -> None:
    """Have a review that has ended: the project is open, and there is a release to ask for."""
    release = submit_release(caller=caller, project_id=project.id, name="0.9.0", version=1)
    withdraw_release(caller=caller, release_id=release.id, reason="Not yet")


def things_in(project: Project) -> dict[str, UUID]:
    """What addresses of a project name in it."""
    return {"release": Release.objects.of_project(project.id).order_by("id")[0].id}
