"""Repositories in the settings of a project: connected, changed, looked at anew, removed, never with their token."""

from __future__ import annotations

from typing import Any

import pytest

from stages.runs.models import Repository
from stages.runs.server_requests import server_request
from tests.cast import new_project
from tests.runs.git_server import TOKEN, Hosted, connected
from tests.runs.test_model_pages import settings, value_of
from tests.runs.world import World
from tests.workspace.conftest import Browser
from tests.workspace.html import elements

pytestmark = pytest.mark.django_db

WRONG = "ghp_not-this-one-0123"


def section(page: Any) -> str:
    (found,) = elements(page, id="repositories")
    return " ".join(found.text.split())


def test_a_repository_is_connected_with_its_token_which_is_never_shown(
    browser: Browser, world: World, hosted: Hosted
) -> None:
    olga = browser(world.people["olga"])
    typed = {"url": f" {hosted.url} ", "api_url": "", "token": TOKEN, "allows": [".gitmodules"]}
    page = olga.post(f"{settings(world)}repositories/new/", typed, follow=True)
    repository = Repository.objects.get(project=world.project)
    assert repository.secret is not None
    assert TOKEN not in page.content.decode()
    shown = section(page)
    assert f"acme/prompts main {hosted.heads()['main'][:7]}" in shown
    assert f"token {repository.secret.mark}" in shown
    assert "Runs may also change .gitmodules" in shown

    newer = hosted.commit({"README.md": b"newer\n"})
    rae = browser(world.people["rae"])
    page = rae.post(f"{settings(world)}repositories/{repository.id}/refresh/", follow=True)
    assert f"acme/prompts main {newer[:7]}" in section(page)
    assert "Connect a repository" not in section(page)


def test_a_refused_form_keeps_what_was_typed_but_not_the_token(browser: Browser, world: World, hosted: Hosted) -> None:
    typed = {"url": hosted.url, "api_url": "https://git.example/api", "token": WRONG, "allows": [".gitattributes"]}
    page = browser(world.people["olga"]).post(f"{settings(world)}repositories/new/", typed)
    assert page.status_code == 400
    assert [value_of(page, name) for name in ("url", "api_url")] == [hosted.url, "https://git.example/api"]
    ticked = [each for each in elements(page, "input") if each.attributes.get("name") == "allows"]
    assert [each.attributes["value"] for each in ticked if "checked" in each.attributes] == [".gitattributes"]
    assert WRONG not in page.content.decode()
    assert "paste it again" in section(page)
    assert not Repository.objects.filter(project=world.project).exists()


def test_who_waits_for_a_server_already_keeps_what_was_typed(browser: Browser, world: World) -> None:
    repository = connected(world.caller("olga"), world.project.id)
    olga, home = browser(world.people["olga"]), f"{settings(world)}repositories/"
    with server_request(world.people["olga"].id):
        page = olga.post(f"{home}new/", {"url": "https://git.example/acme/other", "token": TOKEN})
        assert value_of(page, "url") == "https://git.example/acme/other"
        others = [olga.post(f"{home}{repository.id}/{name}/", {"token": TOKEN}) for name in ("token", "refresh")]
    for each in (page, *others):
        assert "Another server has not answered yet." in each.content.decode()
        assert TOKEN not in each.content.decode()


def test_a_token_is_replaced_by_one_that_the_server_takes(browser: Browser, world: World, hosted: Hosted) -> None:
    olga = browser(world.people["olga"])
    olga.post(f"{settings(world)}repositories/new/", {"url": hosted.url, "token": TOKEN})
    repository = Repository.objects.get(project=world.project)
    address = f"{settings(world)}repositories/{repository.id}/token/"
    for token in ("", WRONG):
        page = olga.post(address, {"token": token})
        assert page.status_code == 400
        assert WRONG not in page.content.decode()
    before = repository.secret_id
    assert olga.post(address, {"token": TOKEN}).status_code == 302
    repository.refresh_from_db()
    assert repository.secret_id != before


def test_a_repository_changes_and_is_removed_and_a_server_that_is_gone_is_said(browser: Browser, world: World) -> None:
    repository = connected(world.caller("olga"), world.project.id)
    olga = browser(world.people["olga"])
    address = f"{settings(world)}repositories/{repository.id}/"
    page = olga.post(f"{address}refresh/")
    assert page.status_code == 400
    (words,) = [each.text for each in elements(page, "p") if each.attributes.get("class") == "model-check"]
    assert words.strip()
    assert olga.post(address, {"allows": ["src/"]}).status_code == 400
    olga.post(address, {"allows": [".gitmodules"]})
    repository.refresh_from_db()
    assert repository.allows == [".gitmodules"]
    assert "Its token is deleted" in section(olga.get(f"{address}remove/"))
    page = olga.post(f"{address}remove/", follow=True)
    assert "No repository is connected." in section(page)
    assert olga.get(address).status_code == 404


def test_a_repository_of_another_project_is_none_of_this_one(browser: Browser, world: World) -> None:
    repository = connected(world.caller("olga"), world.project.id)
    other = World(new_project(world.people["olga"]), world.people)
    olga = browser(world.people["olga"])
    for act in ("", "token/", "remove/"):
        assert olga.get(f"{settings(other)}repositories/{repository.id}/{act}").status_code == 404
    assert olga.post(f"{settings(other)}repositories/{repository.id}/refresh/").status_code == 404
