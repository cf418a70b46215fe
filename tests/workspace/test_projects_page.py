from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from projects.models import Member, Project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]

URL = "/projects/"


def names(client: Client, query: str = "") -> list[str]:
    return [words(heading) for heading in elements(client.get(URL + query), "h3")]


def test_it_leads_somebody_unknown_to_the_sign_in(client: Client) -> None:
    response = client.get("/", follow=True)
    assert response.redirect_chain[-1] == (f"{reverse('account_login')}?next=/projects/", 302)
    assert "Sign in" in response.content.decode()


def test_it_lists_what_the_reader_may_see(
    browser: Browser, two_versions: Project, make_project: Callable[..., Project], editor: User, outsider: User
) -> None:
    make_project("Clinical glossary", is_private=False)
    assert names(browser(editor)) == ["Clinical glossary", "Private Oncology protocol agent"]
    assert names(browser(outsider)) == ["Clinical glossary"]


def test_it_finds_projects_by_words_of_name_and_description(
    browser: Browser, make_project: Callable[..., Project], owner: User
) -> None:
    make_project("Label claims checker", description="market by market")
    make_project("Batch record summary")
    client = browser(owner)
    assert names(client, "?q=CLAIMS") == ["Private Label claims checker"]
    assert names(client, "?q=market") == ["Private Label claims checker"]
    assert "No matching projects" in client.get(f"{URL}?q=nothing+like+it").content.decode()


def test_it_answers_htmx_with_the_rows_and_how_many_they_are(
    browser: Browser, two_versions: Project, owner: User
) -> None:
    response = browser(owner).get(URL, headers={"HX-Request": "true"})
    assert not elements(response, "html")
    assert elements(response, "h3")
    (count,) = elements(response, "p", id="project-count")
    assert count.attributes["hx-swap-oob"] == "true"
    assert count.text.strip() == "1 project"


def test_it_hides_archived_projects_until_asked(
    browser: Browser, make_project: Callable[..., Project], owner: User, caller_for: Callable[..., Caller]
) -> None:
    from projects.services import archive_project

    old = make_project("Supplier audit questions")
    archive_project(caller=caller_for(owner), project_id=old.id)
    client = browser(owner)
    assert names(client) == []
    assert names(client, "?status=archived") == ["Private Supplier audit questions"]


def test_it_makes_a_project_whose_owner_is_its_maker(browser: Browser, outsider: User) -> None:
    response = browser(outsider).post(URL, {"name": "Deviation triage", "description": "", "access": "internal"})
    project = Project.objects.get(name="Deviation triage")
    assert response["Location"] == reverse("workspace:workspace", args=[project.id])
    assert not project.is_private
    assert Member.objects.get(project=project).user == outsider


def test_it_keeps_what_was_typed_where_the_form_is_wrong(browser: Browser, outsider: User) -> None:
    response = browser(outsider).post(
        URL, {"name": " ", "description": "Sorts deviations"}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 400
    assert [each.attributes["value"] for each in elements(response, "input", name="description")] == [
        "Sorts deviations"
    ]
    assert elements(response, "p", class_="field-error")


def test_it_says_what_to_do_where_there_is_nothing(browser: Browser, outsider: User) -> None:
    assert "No projects yet" in browser(outsider).get(URL).content.decode()
