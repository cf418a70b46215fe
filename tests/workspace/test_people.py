"""The page People, as administrators use it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.callers import Caller
from accounts.models import Kind, User
from accounts.services import create_token, deactivate_account
from audit.models import Event
from projects.models import Member, Project, Role
from tests.accounts.pages import seem_unproven
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from workspace.accounts import listing

pytestmark = pytest.mark.django_db

URL = "/people/"
FACTS = {"username": "mei", "display_name": "Mei Lin", "email": "mei@example.com", "kind": "human"}
PASSWORD = "long enough for this"


@pytest.fixture
def sven(make_user: Callable[..., User]) -> User:
    return make_user("sven", is_administrator=True, password=PASSWORD)


@pytest.fixture
def desk(browser: Browser, sven: User) -> Client:
    """The administrator's browser."""
    return browser(sven)


def names(client: Client, query: str = "") -> list[str]:
    page = client.get(URL + query)
    assert page.status_code == 200, page.content
    return [each.attributes["href"] or "" for each in elements(page, "a") if _is_row(each)]


def _is_row(element: Any) -> bool:
    return (element.attributes.get("href") or "").startswith("/people/0")


def page_words(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_it_finds_accounts_by_name_and_e_mail(desk: Client, make_user: Callable[..., User]) -> None:
    mei = make_user("mei", email="lin@example.com")
    for query in ("?q=MEI", "?q=lin@exa"):
        assert names(desk, query) == [f"/people/{mei.id}/"]
    assert "No matching accounts" in page_words(desk, f"{URL}?q=nobody-is-called-so")


def test_closed_accounts_are_found_under_closed_only(
    desk: Client, make_user: Callable[..., User], caller_for: Callable[[User], Caller], sven: User
) -> None:
    mei = make_user("mei")
    deactivate_account(caller=caller_for(sven), user_id=mei.id)
    assert names(desk, f"?q={mei.username}") == []
    for state in ("closed", "all"):
        assert names(desk, f"?q={mei.username}&state={state}") == [f"/people/{mei.id}/"]


def test_levels_and_programs_are_filters(desk: Client, make_user: Callable[..., User], sven: User) -> None:
    robot, jonas = make_user("robot", kind=Kind.AGENT), make_user("jonas", is_auditor=True)
    for level, account in (("administrators", sven), ("auditors", jonas), ("programs", robot)):
        assert names(desk, f"?q={account.username}&level={level}") == [f"/people/{account.id}/"]
        assert names(desk, f"?q=no-{account.username}&level={level}") == []
    assert names(desk, f"?q={jonas.username}&level=programs") == []


def test_a_page_of_the_list_has_so_many_accounts_and_the_way_to_the_next(
    desk: Client, make_user: Callable[..., User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 2)
    made = {f"/people/{make_user(f'paged{number}').id}/" for number in range(3)}
    first = names(desk, "?q=paged")
    assert len(first) == 2
    assert {*first, *names(desk, "?q=paged&after=2")} == made
    assert "No more accounts" in page_words(desk, f"{URL}?after=9999")


def test_stations_and_the_service_user_are_not_managed_here(desk: Client, make_user: Callable[..., User]) -> None:
    device = make_user("device", kind=Kind.DEVICE)
    assert names(desk, f"?q={device.username}&state=all") == []
    assert names(desk, "?q=foundry&state=all") == []
    assert desk.get(f"{URL}{device.id}/").status_code == 404


def test_an_administrator_adds_an_account(desk: Client, sven: User) -> None:
    answer = desk.post(f"{URL}new/", {**FACTS, "password": PASSWORD, "is_auditor": "on"})
    assert answer.status_code == 302, answer.content.decode()
    mei = User.objects.get(username="mei")
    assert answer["Location"] == f"{URL}{mei.id}/"
    assert (mei.is_auditor, mei.is_superuser, mei.check_password(PASSWORD)) == (True, False, True)
    created = Event.objects.chain("site").get(action="account.created", target_id=str(mei.id))
    assert created.actor_id == sven.id


def test_a_refused_form_keeps_what_was_typed_but_the_password(desk: Client) -> None:
    answer = desk.post(f"{URL}new/", {**FACTS, "username": "m ei", "password": PASSWORD, "is_administrator": "on"})
    assert answer.status_code == 400
    page = answer.content.decode()
    (username,) = elements(answer, "input", id="account-username")
    assert (username.attributes["value"], username.attributes["aria-invalid"]) == ("m ei", "true")
    assert "mei@example.com" in page
    assert "Mei Lin" in page
    assert PASSWORD not in page
    checked = [each for each in elements(answer, "input") if "checked" in each.attributes]
    assert [each.attributes["name"] for each in checked] == ["kind", "is_administrator"]


def test_without_a_proof_the_form_is_asked_for_later_and_no_password_is_kept(desk: Client) -> None:
    seem_unproven(desk)
    assert desk.get(f"{URL}new/").status_code == 302
    answer = desk.post(f"{URL}new/", {**FACTS, "password": PASSWORD})
    assert answer.status_code == 403
    assert "Confirm in a new tab" in answer.content.decode()
    assert PASSWORD not in str(dict(desk.session))
    assert not User.objects.named("mei").exists()


def test_an_administrator_changes_an_account(desk: Client, make_user: Callable[..., User]) -> None:
    mei = make_user("mei")
    given = {"display_name": "Mei Lin-Berg", "email": "", "is_administrator": "on"}
    assert desk.post(f"{URL}{mei.id}/change/", given).status_code == 302
    mei.refresh_from_db()
    assert (mei.display_name, mei.is_superuser) == ("Mei Lin-Berg", True)
    refused = desk.post(f"{URL}{mei.id}/change/", {"display_name": "Kept", "email": "no address"})
    assert refused.status_code == 400
    assert "Kept" in refused.content.decode()
    assert "no address" in refused.content.decode()


def test_closing_says_what_it_ends_and_asks_for_a_reason(
    desk: Client, make_user: Callable[..., User], caller_for: Callable[[User], Caller]
) -> None:
    mei = make_user("mei")
    create_token(caller=caller_for(mei), name="A laptop")
    assert "1 access token is revoked." in page_words(desk, f"{URL}{mei.id}/close/")
    refused = desk.post(f"{URL}{mei.id}/close/", {"reason": " "})
    assert refused.status_code == 400
    assert desk.post(f"{URL}{mei.id}/close/", {"reason": "Left the company"}).status_code == 302
    mei.refresh_from_db()
    assert not mei.is_active
    closed = Event.objects.chain("site").get(action="account.deactivated", target_id=str(mei.id))
    assert closed.record["reason"] == "Left the company"
    assert desk.post(f"{URL}{mei.id}/reopen/", {"reason": "Is back"}).status_code == 302
    mei.refresh_from_db()
    assert mei.is_active


def test_the_only_owner_of_a_project_has_a_successor(
    desk: Client, make_user: Callable[..., User], make_project: Callable[..., Project], owner: User
) -> None:
    project, heir = make_project("Label claims checker"), make_user("heir")
    assert "Label claims checker" in page_words(desk, f"{URL}{owner.id}/close/")
    for successor, status in (("", 409), ("nobody-at-all", 400)):
        refused = desk.post(f"{URL}{owner.id}/close/", {"reason": "Left", "successor": successor})
        assert refused.status_code == status
        assert 'value="Left"' in refused.content.decode()
    found = desk.get(f"{URL}options/?successor={heir.username}")
    assert [each.attributes["value"] for each in elements(found, "option")] == [heir.username]
    given = {"reason": "Left", "successor": heir.username}
    assert desk.post(f"{URL}{owner.id}/close/", given).status_code == 302
    assert Member.objects.get(project=project, user=heir).role == Role.OWNER


def test_a_project_that_the_administrator_cannot_see_is_counted(
    desk: Client, make_project: Callable[..., Project], owner: User
) -> None:
    make_project("Label claims checker", is_private=True)
    make_project("Clinical glossary", is_private=False)
    page = page_words(desk, f"{URL}{owner.id}/")
    assert "Clinical glossary" in page
    assert "Label claims checker" not in page
    assert "private project" in page


def test_the_last_administrator_stays(desk: Client, sven: User) -> None:
    User.objects.exclude(pk=sven.pk).update(is_superuser=False)
    answer = desk.post(f"{URL}{sven.id}/close/", {"reason": "Retires"})
    assert answer.status_code == 409
    assert "This is the last administrator" in answer.content.decode()


def test_menu_and_palette_offer_it_to_administrators_only(browser: Browser, desk: Client, owner: User) -> None:
    def menu(client: Client) -> list[str]:
        return [words(each) for each in elements(client.get("/projects/"), "a") if _class(each) == "menu-item"]

    assert "People" in menu(desk)
    assert "People" not in menu(browser(owner))
    found = page_words(desk, f"/palette/?q={owner.username}")
    assert f"/people/{owner.id}/" in found
    assert f"/people/{owner.id}/" not in page_words(browser(owner), f"/palette/?q={owner.username}")


def _class(element: Any) -> str:
    return element.attributes.get("class") or ""


def queries(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return sum('UPDATE "usersessions' not in query["sql"] for query in captured.captured_queries)


def test_no_page_asks_more_often_because_there_are_more_accounts_or_more_of_one(
    desk: Client,
    make_user: Callable[..., User],
    make_project: Callable[..., Project],
    caller_for: Callable[[User], Caller],
    owner: User,
) -> None:
    make_project("One")
    paths = (URL, *(f"{URL}{owner.id}/{path}" for path in ("", "change/", "close/")))
    before = [queries(desk, path) for path in paths]
    for number in range(8):
        make_user("more")
        make_project(f"More {number}")
        until = timezone.now() + timedelta(days=1)
        create_token(caller=caller_for(owner), name=f"Token {number}", expires_at=until)
    after = [queries(desk, path) for path in paths]
    assert after == before
    assert max(after) <= 28
