from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import PersonalAccessToken, User
from accounts.services import authenticate_token
from projects.models import Member, Project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]

HTMX = {"HX-Request": "true"}
ACCOUNT = "/account/"


def members(project: Project) -> str:
    return reverse("workspace:members", args=[project.id])


def role(project: Project, user: User) -> str | None:
    return Member.objects.filter(project=project, user=user).values_list("role", flat=True).first()


def test_it_shows_everybody_owners_first(browser: Browser, project: Project, viewer: User) -> None:
    response = browser(viewer).get(members(project))
    assert [words(heading) for heading in elements(response, "h2")] == ["Owner", "Editor", "Reviewer", "Viewer you"]
    assert {dialog.attributes["id"] for dialog in elements(response, "dialog")} == {"palette", "shortcuts"}


def test_an_owner_adds_changes_and_removes(browser: Browser, project: Project, owner: User, outsider: User) -> None:
    client = browser(owner)
    client.post(members(project), {"username": outsider.username, "role": "viewer"})
    assert role(project, outsider) == "viewer"
    change = reverse("workspace:change_role", args=[project.id, outsider.id])
    client.post(change, {"role": "editor", "reason": "Writes the dosing section"})
    assert role(project, outsider) == "editor"
    client.post(reverse("workspace:remove_member", args=[project.id, outsider.id]), {"reason": "Left the team"})
    assert role(project, outsider) is None


def test_a_form_without_a_reason_comes_back_filled_in(
    browser: Browser, project: Project, owner: User, editor: User
) -> None:
    url = reverse("workspace:change_role", args=[project.id, editor.id])
    response = browser(owner).post(url, {"role": "viewer", "reason": " "}, headers=HTMX)
    assert response.status_code == 400
    assert [each.attributes["value"] for each in elements(response, "input", checked="")] == ["viewer"]
    assert elements(response, "p", class_="field-error")
    assert role(project, editor) == "editor"


def test_the_last_owner_cannot_go(browser: Browser, project: Project, owner: User) -> None:
    url = reverse("workspace:remove_member", args=[project.id, owner.id])
    response = browser(owner).post(url, {"reason": "Retired"}, headers=HTMX)
    assert response.status_code == 409
    assert "needs an owner" in response.content.decode()


def test_a_stranger_and_a_second_time_are_refused(
    browser: Browser, project: Project, owner: User, editor: User
) -> None:
    client = browser(owner)
    unknown = client.post(members(project), {"username": "nobody-here", "role": "viewer"}, headers=HTMX)
    again = client.post(members(project), {"username": editor.username, "role": "viewer"}, headers=HTMX)
    assert (unknown.status_code, again.status_code) == (400, 409)


@pytest.mark.parametrize("name", ["change_role", "remove_member"])
def test_only_owners_decide(browser: Browser, project: Project, editor: User, viewer: User, name: str) -> None:
    url = reverse(f"workspace:{name}", args=[project.id, viewer.id])
    assert browser(editor).post(url, {"role": "editor", "reason": "Because"}).status_code == 403
    assert role(project, viewer) == "viewer"


def test_it_suggests_people_who_are_not_members_yet(
    browser: Browser, project: Project, owner: User, outsider: User
) -> None:
    url = reverse("workspace:people", args=[project.id])
    options = elements(browser(owner).get(url, {"username": "outsid"}), "option", value=outsider.username)
    assert [words(option) for option in options] == ["Outsider"]
    assert not elements(browser(owner).get(url, {"username": "editor"}), "option")
    assert browser(outsider).get(url, {"username": "editor"}).status_code == 404


def test_a_token_is_shown_once_and_works(browser: Browser, editor: User) -> None:
    client = browser(editor)
    response = client.post(ACCOUNT, {"name": "laptop IDE"})
    assert response["Cache-Control"] == "no-store"
    (shown,) = elements(response, "code")
    assert authenticate_token(words(shown)).user == editor
    assert words(shown) not in client.get(ACCOUNT).content.decode()


def test_a_token_can_be_revoked_by_its_owner_only(browser: Browser, editor: User, owner: User) -> None:
    browser(editor).post(ACCOUNT, {"name": "laptop IDE"})
    token = PersonalAccessToken.objects.get(user=editor)
    url = reverse("workspace:revoke_token", args=[token.id])
    assert browser(owner).post(url).status_code == 404
    browser(editor).post(url)
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_token_is_made_for_reading_until_a_day(browser: Browser, editor: User) -> None:
    client, day = browser(editor), timezone.localdate() + timedelta(days=3)
    client.post(ACCOUNT, {"name": "dashboard", "scope": "read", "until": str(day)})
    token = PersonalAccessToken.objects.get(user=editor)
    assert token.is_read_only
    assert timedelta(days=2) < token.expires_at - timezone.now() < timedelta(days=5)
    assert "Read only" in client.get(ACCOUNT).content.decode()


@pytest.mark.parametrize("until", ["2020-01-01", "9999-12-31", "soon"])
def test_a_refused_token_keeps_what_was_typed(browser: Browser, editor: User, until: str) -> None:
    response = browser(editor).post(ACCOUNT, {"name": "dashboard", "scope": "read", "until": until})
    assert response.status_code == 400
    assert elements(response, "p", class_="field-error")
    shown = {each.attributes["name"]: each for each in elements(response, "input") if "name" in each.attributes}
    assert (shown["name"].attributes["value"], shown["until"].attributes["value"]) == ("dashboard", until)
    assert not PersonalAccessToken.objects.filter(user=editor).exists()


def test_a_token_needs_a_name(browser: Browser, editor: User) -> None:
    response = browser(editor).post(ACCOUNT, {"name": "  "})
    assert response.status_code == 400
    assert elements(response, "p", class_="field-error")


def test_theme_and_zone_come_from_cookies(client: Client) -> None:
    client.cookies.load({"theme": "dark", "zone": "Europe/Stockholm"})
    (page,) = elements(client.get(reverse("account_login")), "html")
    assert (page.attributes["data-theme"], page.attributes["data-zone"]) == ("dark", "Europe/Stockholm")
    client.cookies.load({"theme": '"><script>', "zone": "../../etc/passwd"})
    (page,) = elements(client.get(reverse("account_login")), "html")
    assert "data-theme" not in page.attributes
    assert page.attributes["data-zone"] == "UTC"


def test_members_are_found_by_a_part_of_their_name(
    browser: Browser, owner: User, editor: User, project: Project
) -> None:
    page = browser(owner).get(members(project), {"q": editor.username[2:]})
    assert [each.attributes["id"] for each in elements(page, "article")] == [f"member-{editor.id}"]
    assert "1 of" in page.content.decode()
    assert "No member has this name" in browser(owner).get(members(project), {"q": "nobody at all"}).content.decode()
    assert browser(owner).get(members(project), {"q": "\0"}).status_code == 400


def test_the_guide_is_a_page_and_in_the_menu_beside_the_api(browser: Browser, editor: User) -> None:
    page = browser(editor).get(reverse("workspace:guide"))
    assert {"Edit a field", "Review the audit trail"} <= {words(each) for each in elements(page, "h2")}
    assert not [each for each in elements(page, "img") if "pictures" in each.attributes.get("src", "")]
    menu = {each.attributes["href"] for each in elements(page, "a", class_="menu-item")}
    assert {reverse("workspace:guide"), reverse("api_docs")} <= menu
