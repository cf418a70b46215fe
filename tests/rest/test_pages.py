"""The permission matrix over pages (control c10), and that no address of the site was forgotten in one (c05)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import NoReverseMatch, reverse

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import set_password
from drafts.comments.models import Comment
from drafts.tasks.models import Task
from projects.models import Project
from publishing.models import Release
from tests.rest.addresses import addresses
from tests.rest.matrix import ALWAYS, NOT_ARCHIVED, OPEN, OTHER, OWNERS, PERSONAS, REVIEWERS, WRITERS, Row
from tests.rest.rolled_back import rolled_back

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery staple"
SIGN_IN = ("/accounts/login/", "/admin/login/")

ROLE = {"role": "editor", "reason": "Grows"}
REMARK = {"version": "1", "field": "prompt_text", "text": "Why?"}
COMMENT = "comments/{comment}/"
RELEASE = "releases/{release}/"
# Without a proof: those who may sign are told what is missing.
SIGNATURE = {"meaning": "approved", "username": "nobody"}
IN_REVIEW = ("in_review",)
CLOSED = ("frozen", "archived")
TALK = (REVIEWERS, NOT_ARCHIVED)
WRITE = (WRITERS, OPEN)
WRITE_IN_REVIEW = (WRITERS, IN_REVIEW)
REASON = {"reason": "Needed"}
POLICY = {"people_approved": "1", "distinct_people": "1", "open_comments": "warn", "open_tasks": "block"}
SETTINGS = {"name": "Renamed", "description": "", "access": "private"}
OF_A_PROJECT = (
    Row("workspace:workspace", "GET", "", 200),
    Row("workspace:fields", "GET", "fields/", 200),
    Row("workspace:project_palette", "GET", "palette/?q=one&page=workspace&field=prompt_text", 200),
    Row("workspace:text", "GET", "text/?field=prompt_text&version=1", 200),
    Row("workspace:kept", "GET", "kept/", 200),
    Row("workspace:discard", "POST", f"kept/{OTHER}/discard/", "not_found"),
    Row("workspace:unsent", "GET", "unsent/", 200),
    # Kept only for whom the page was made, whatever their role.
    Row(
        "workspace:unsent",
        "POST",
        "unsent/",
        "permission_denied",
        body={"person": str(OTHER), "place": "comment", "text": "x"},
    ),
    Row("workspace:history", "GET", "history/", 200),
    Row("workspace:history_panel", "GET", "history/panel/", 200),
    Row("workspace:comments", "GET", "comments/", 200),
    Row("workspace:comments", "POST", "comments/", 302, *TALK, REMARK),
    Row("workspace:reply_to_comment", "POST", COMMENT + "reply/", 302, *TALK, {"text": "So."}),
    Row("workspace:resolve_comment", "POST", COMMENT + "resolve/", 302, *TALK),
    Row("workspace:reopen_comment", "POST", COMMENT + "reopen/", "project_frozen", *TALK),
    Row("workspace:withdraw_comment", "GET", COMMENT + "withdraw/", 200),
    Row(
        "workspace:withdraw_comment", "POST", COMMENT + "withdraw/", 302, OWNERS, NOT_ARCHIVED, {"reason": "Off topic"}
    ),
    Row("workspace:tasks", "GET", "tasks/", 200),
    Row("workspace:tasks", "POST", "tasks/", 302, *TALK, {"text": "Sign"}),
    Row("workspace:change_task", "POST", "tasks/{task}/", 302, *TALK, {"done": "yes"}),
    Row("workspace:compare", "GET", "compare/?base=1&target=2", 200),
    Row("workspace:compare_fold", "GET", "compare/fold/?base=1&field=prompt_text&old=1&new=1&count=1", 200),
    Row("workspace:version", "GET", "versions/1/?show=changes", 200),
    Row("workspace:moment", "GET", "at/?at=2026-11-18T16:20", 200),
    Row("workspace:search", "GET", "search/?q=one", 200),
    Row("workspace:revert", "GET", "versions/1/revert/", 200, *WRITE),
    Row("workspace:revert", "POST", "versions/1/revert/", 302, *WRITE, {"reason": "Better before"}),
    Row("workspace:undo", "GET", "history/undo/", 200, *WRITE),
    Row("workspace:undo", "POST", "history/undo/", "project_frozen", *WRITE),
    Row("workspace:redo", "GET", "history/redo/", 200, *WRITE),
    Row("workspace:redo", "POST", "history/redo/", "project_frozen", *WRITE),
    Row("workspace:activity", "GET", "activity/?kind=everything&field=prompt_text", 200),
    Row("workspace:activity_panel", "GET", "activity/panel/", 200),
    Row("workspace:releases", "GET", "releases/", 200),
    Row("workspace:submit_release", "GET", "releases/new/", 200, *WRITE),
    Row("workspace:submit_release", "POST", "releases/new/", 302, *WRITE, {"name": "1.0.0", "version": "2"}),
    Row("workspace:policy", "GET", "releases/policy/", 200),
    Row("workspace:policy", "POST", "releases/policy/", 302, OWNERS, ("open", "frozen"), POLICY),
    Row("workspace:release", "GET", RELEASE, 200),
    Row("workspace:release", "POST", RELEASE, 400, REVIEWERS, IN_REVIEW, SIGNATURE),
    Row("workspace:release_passkey", "GET", RELEASE + "passkey/", 200),
    Row("workspace:reject_release", "GET", RELEASE + "reject/", 200, REVIEWERS, IN_REVIEW),
    Row("workspace:reject_release", "POST", RELEASE + "reject/", "project_frozen", REVIEWERS, IN_REVIEW, REASON),
    Row("workspace:withdraw_release", "GET", RELEASE + "withdraw/", 200, *WRITE_IN_REVIEW),
    Row("workspace:withdraw_release", "POST", RELEASE + "withdraw/", "project_frozen", *WRITE_IN_REVIEW, REASON),
    Row("workspace:reopen", "GET", "reopen/", 200, OWNERS, CLOSED),
    Row("workspace:reopen", "POST", "reopen/", 302, OWNERS, CLOSED, REASON),
    Row("workspace:settings", "GET", "settings/", 200),
    Row("workspace:settings", "POST", "settings/", 302, OWNERS, NOT_ARCHIVED, SETTINGS),
    Row("workspace:archive_project", "GET", "settings/archive/", 200, OWNERS, ("open", "frozen")),
    Row("workspace:archive_project", "POST", "settings/archive/", 302, OWNERS, ("open", "frozen")),
    Row("workspace:members", "GET", "members/", 200),
    Row("workspace:members", "POST", "members/", 302, OWNERS, ALWAYS, {"username": "{stranger}", "role": "viewer"}),
    Row("workspace:people", "GET", "members/people/?username=stranger", 200, OWNERS),
    Row("workspace:change_role", "POST", "members/{viewer}/role/", 302, OWNERS, ALWAYS, ROLE),
    Row("workspace:remove_member", "POST", "members/{viewer}/remove/", 302, OWNERS, ALWAYS, {"reason": "Left"}),
)

# Addresses without a project: what anybody signed in is told, and what anonymous requests are.
ELSEWHERE = (
    ("workspace:home", "GET", "/", 302, 302),
    ("workspace:projects", "GET", "/projects/", 200, "not_authenticated"),
    ("workspace:projects", "POST", "/projects/", 400, "not_authenticated"),
    ("workspace:inbox", "GET", "/inbox/", 200, "not_authenticated"),
    ("workspace:inbox_count", "GET", "/inbox/count/", 200, "not_authenticated"),
    ("workspace:read_inbox", "POST", "/inbox/read/", 302, "not_authenticated"),
    ("workspace:open_notification", "GET", f"/inbox/{OTHER}/", "not_found", "not_authenticated"),
    ("workspace:palette", "GET", "/palette/?q=one", 200, "not_authenticated"),
    ("workspace:switch_shortcuts", "POST", "/account/shortcuts/", 302, "not_authenticated"),
    ("workspace:account", "GET", "/account/", 200, "not_authenticated"),
    ("workspace:account", "POST", "/account/", 302, "not_authenticated"),
    ("workspace:choose_mails", "POST", "/account/mails/", 302, "not_authenticated"),
    ("workspace:end_session", "POST", "/account/sessions/0/end/", 302, "not_authenticated"),
    ("workspace:end_other_sessions", "POST", "/account/sessions/end-others/", 302, "not_authenticated"),
    ("workspace:revoke_token", "POST", f"/account/tokens/{OTHER}/revoke/", 302, "not_authenticated"),
    ("account_login", "GET", "/accounts/login/", 302, 200),
    ("account_logout", "GET", "/accounts/logout/", 200, "not_authenticated"),
    ("account_session", "GET", "/accounts/session/", 200, "not_authenticated"),
    ("account_session", "POST", "/accounts/session/", 200, "not_authenticated"),
    ("account_reauthenticate", "GET", "/accounts/reauthenticate/", 200, "not_authenticated"),
    ("account_change_password", "GET", "/accounts/password/change/", 200, "not_authenticated"),
    ("account_set_password", "GET", "/accounts/password/set/", 302, "not_authenticated"),
    ("mfa_index", "GET", "/accounts/factors/", 302, 302),
    ("mfa_authenticate", "GET", "/accounts/factors/sign-in/", 302, "not_authenticated"),
    ("mfa_reauthenticate", "GET", "/accounts/factors/confirm/", 302, "not_authenticated"),
    ("mfa_activate_totp", "GET", "/accounts/factors/codes/add/", 302, "not_authenticated"),
    ("mfa_deactivate_totp", "GET", "/accounts/factors/codes/remove/", 302, "not_authenticated"),
    ("mfa_view_recovery_codes", "GET", "/accounts/factors/recovery/", "not_found", "not_authenticated"),
    ("mfa_generate_recovery_codes", "GET", "/accounts/factors/recovery/make/", 302, "not_authenticated"),
    ("mfa_list_webauthn", "GET", "/accounts/factors/passkeys/", 302, 302),
    ("mfa_add_webauthn", "GET", "/accounts/factors/passkeys/add/", 302, "not_authenticated"),
    ("mfa_login_webauthn", "GET", "/accounts/factors/passkeys/sign-in/", 302, "not_authenticated"),
    ("mfa_reauthenticate_webauthn", "GET", "/accounts/factors/passkeys/confirm/", 302, "not_authenticated"),
    ("mfa_remove_webauthn", "GET", "/accounts/factors/passkeys/0/remove/", 302, "not_authenticated"),
    ("mfa_edit_webauthn", "GET", "/accounts/factors/passkeys/0/rename/", 302, "not_authenticated"),
    ("healthz", "GET", "/healthz", 200, 200),
    ("readyz", "GET", "/readyz", 200, 200),
    ("metrics", "GET", "/metrics", "not_authenticated", "not_authenticated"),
)


@pytest.fixture
def browsers(people: dict[str, User]) -> dict[str, Client]:
    browsers = {persona: Client() for persona in PERSONAS}
    for persona, browser in browsers.items():
        if persona in people:
            set_password(caller=foundry_caller("command"), user_id=people[persona].id, password=PASSWORD)
            people[persona].refresh_from_db()
            browser.force_login(people[persona])
    return browsers


@pytest.mark.parametrize("row", OF_A_PROJECT, ids=lambda row: f"{row.method}-{row.name}")
def test_c10_on_a_projects_pages_everybody_may_just_what_the_table_says(
    row: Row, people: dict[str, User], places: dict[bool, Project], browsers: dict[str, Client]
) -> None:
    told, expected = {}, {}
    names = {"viewer": str(people["viewer"].id), "stranger": people["stranger"].username}
    body = {name: value.format(**names) for name, value in row.body.items()}
    things = {project.id: things_in(project) for project in places.values()}
    for status, persona in ((status, persona) for status in ALWAYS for persona in PERSONAS):
        project = places[persona != "visitor"]
        with rolled_back():
            Project.objects.filter(id=project.id).update(status=status)
            path = f"/projects/{project.id}/{row.path}".format(**names, **things[project.id])
            told[persona, status] = outcome(browsers[persona].generic(row.method, path, **form(body)))
        expected[persona, status] = row.expected(persona, status)
    assert told == expected


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: f"{row[1]}-{row[0]}")
def test_c10_other_pages_are_for_everybody_who_is_signed_in(
    row: tuple[str, str, str, int | str, int | str], browsers: dict[str, Client]
) -> None:
    _name, method, path, for_everybody, for_anonymous = row
    told = {persona: outcome(browsers[persona].generic(method, path)) for persona in PERSONAS}
    assert told == dict.fromkeys(PERSONAS, for_everybody) | {"anonymous": for_anonymous}


def test_c10_the_admin_is_for_administrators_and_auditors(browsers: dict[str, Client]) -> None:
    told = {persona: outcome(browsers[persona].get("/admin/")) for persona in PERSONAS}
    assert told == dict.fromkeys(PERSONAS, "not_authenticated") | {"auditor": 200}


@pytest.mark.parametrize("persona", ["owner", "auditor", "anonymous"])
def test_no_cache_keeps_what_a_page_shows(
    persona: str, browsers: dict[str, Client], people: dict[str, User], places: dict[bool, Project]
) -> None:
    project = places[True]
    names = {"viewer": str(people["viewer"].id), "stranger": people["stranger"].username}
    paths = [f"/projects/{project.id}/{row.path}" for row in OF_A_PROJECT if row.method == "GET"]
    paths += [path for _, method, path, *_ in ELSEWHERE if method == "GET"]
    paths += ["/admin/", "/api/v1/projects/", f"/api/v1/projects/{project.id}/events/", "/api/docs/"]
    kept, things = {}, things_in(project)
    for path in paths:
        answer = browsers[persona].get(path.format(**names, **things))
        if "no-store" not in answer["Cache-Control"]:
            kept[path] = answer["Cache-Control"]
    assert kept == {}


def test_who_reads_a_version_may_keep_it_and_asks_each_time_whether_it_still_holds(
    browsers: dict[str, Client], places: dict[bool, Project]
) -> None:
    path = f"/api/v1/projects/{places[True].id}/drafts/current/"
    answer = browsers["owner"].get(path)
    again = browsers["owner"].get(path, headers={"If-None-Match": answer["ETag"]})
    assert (answer.status_code, again.status_code) == (200, 304)
    assert answer["Cache-Control"] == again["Cache-Control"] == "private, no-cache"


def test_c05_no_address_of_the_admin_tells_an_anonymous_request_anything() -> None:
    anonymous = Client()
    for name, _pattern in addresses():
        if name.startswith("admin:") and name not in {"admin:login", "admin:logout"}:
            try:
                path = reverse(name)
            except NoReverseMatch:
                continue
            assert outcome(anonymous.get(path)) == "not_authenticated", name


def test_c05_every_address_of_the_site_stands_in_a_matrix() -> None:
    listed = {row.name for row in OF_A_PROJECT} | {row[0] for row in ELSEWHERE}
    there = {name for name, _pattern in addresses() if not name.startswith(("api_", "admin:"))}
    assert there - {"None"} == listed


def things_in(project: Project) -> dict[str, UUID]:
    """What addresses of a project name in it."""
    comment = Comment.objects.get(project=project, thread=None)
    release = Release.objects.filter(project=project)[0]
    return {"comment": comment.id, "task": Task.objects.get(project=project).id, "release": release.id}


def form(body: dict[str, str]) -> dict[str, Any]:
    """The body of a form."""
    return {"data": encode_multipart(BOUNDARY, body), "content_type": MULTIPART_CONTENT} if body else {}


def outcome(answer: Any) -> int | str:
    """What a page's answer means, in the words of the REST matrix."""
    if answer.status_code == 302 and answer["Location"].startswith(SIGN_IN):
        return "not_authenticated"
    codes = {401: "not_authenticated", 403: "permission_denied", 404: "not_found", 409: "project_frozen"}
    return codes.get(answer.status_code, int(answer.status_code))
