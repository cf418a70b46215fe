"""What is found and counted in the matrix, and what the inbox says of refused and of decided conflicts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from projects.models import Member, Project, Role
from stages.registers import verbs
from stages.registers.fold.effects import Field
from stages.registers.models import Conflict
from tests.cast import new_project, new_user
from tests.registers.reading.stored import Sites

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    return new_user("Ann")


@pytest.fixture
def project(ann: User) -> Project:
    return new_project(ann)


@pytest.fixture
def sites(project: Project) -> Sites:
    return Sites(project)


@pytest.fixture
def browser(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def get(browser: Client, project: Project, address: str, **query: Any) -> str:
    answer = browser.get(f"/projects/{project.id}/registers/{address}", query)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return answer.content.decode()


def test_rows_and_columns_of_the_matrix_are_found(browser: Client, sites: Sites) -> None:
    requirements = [sites.create(title=f"Requirement {at}") for at in range(3)]
    cases = [sites.create("tests", title=f"Test {at}") for at in range(2)]
    for case in cases:
        sites.link(case, requirements[0])
    sites.store()
    found = get(browser, sites.project, "traceability/", find="requirement 0", across="TST-2")
    assert "Requirement 1" not in found
    assert ('data-key="TST-1"' in found, 'data-key="TST-2"' in found) == (False, True)
    assert "Rows 1–1 of 1" in " ".join(found.split())
    address = f"/projects/{sites.project.id}/registers/traceability/export/?find=requirement+0&across=TST-2"
    csv = browser.get(address).content.decode("utf-8-sig")
    assert csv.splitlines() == ["Requirements,Text,Test cases,TST-2,State", "REQ-1,Requirement 0,2,x,Covered"]
    assert "No row fits this." in get(browser, sites.project, "traceability/", find="nothing like it")


def test_an_address_of_the_matrix_says_what_is_shown(browser: Client, sites: Sites) -> None:
    sites.store()
    address = f"/projects/{sites.project.id}/registers/traceability/"
    answer: Any = browser.get(f"{address}?rows=requirements&columns=tests&link=mitigates")
    assert answer.status_code == 302
    assert answer.url.endswith("rows=requirements&columns=tests&link=verifies")
    assert browser.get(answer.url).status_code == 200


def test_the_past_says_so_where_nothing_was_traced(browser: Client, sites: Sites) -> None:
    sites.store()
    past = get(browser, sites.project, "traceability/", at="2020-01-01")
    assert "Nothing was traced then" in past
    assert "traceability/export/" not in past
    day = past[past.index('<details class="matrix-day"') :]
    assert 'aria-current="page"' in day.partition("</summary>")[0]
    assert "This is no day and no release" in get(browser, sites.project, "traceability/", at="2020-02-31")


def test_the_panel_of_a_square_has_the_other_texts_too(browser: Client, sites: Sites) -> None:
    requirement, case = sites.create(title="Short"), sites.create("tests", title="Test")
    sites.a.do(verbs.type_text, Field(requirement, "requirements", "body"), "The pump shall stop.")
    sites.store()
    pair = get(browser, sites.project, "traceability/pair/", row=requirement, column=case)
    assert "The pump shall stop." in pair


def diverged(sites: Sites) -> Conflict:
    """Two values for one field."""
    record = sites.create(title="x", within=172_800_000)
    sites.meet()
    sites.a.set(record, "within", 86_400_000)
    sites.b.set(record, "within", 43_200_000)
    sites.meet()
    sites.store()
    return Conflict.objects.get(project=sites.project)


def test_a_refused_value_is_what_the_button_sets(browser: Client, sites: Sites) -> None:
    conflict = diverged(sites)
    address = f"/projects/{sites.project.id}/registers/conflicts/{conflict.id}/keep/"
    answer = browser.post(address, {"pick": "other", "text": "1 week"})
    page = " ".join(answer.content.decode().split())
    assert answer.status_code == 400
    assert "Set 1 week" in page
    # Asked for again, the page is that of the conflict, not the form's address.
    assert f'data-live-body-address-value="/projects/{sites.project.id}/registers/conflicts/?of={conflict.id}"' in page


def test_what_was_decided_is_listed_with_its_value_and_person(browser: Client, sites: Sites, ann: User) -> None:
    conflict = diverged(sites)
    tips = re.search(r'name="tips" value="([^"]*)"', get(browser, sites.project, "conflicts/"))
    assert tips is not None
    address = f"/projects/{sites.project.id}/registers/conflicts/{conflict.id}/keep/"
    assert browser.post(address, {"pick": "other", "text": "36 h", "tips": tips[1]}).status_code == 302
    listed = get(browser, sites.project, "conflicts/").partition("Decided today")[2]
    assert "36 h" in listed
    assert ann.display_name in listed
    assert '<kbd class="kbd">9</kbd>' not in listed


def test_a_page_that_is_refused_leads_back_and_says_who_can_give_the_role(sites: Sites, ann: User) -> None:
    viewer = new_user("Vera")
    Member.objects.create(project=sites.project, user=viewer, role=Role.VIEWER)
    window = Client()
    window.force_login(viewer)
    sites.store()
    answer = window.get(f"/projects/{sites.project.id}/registers/tables/requirements/import/")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert f"An owner can give it to you: {ann.display_name}." in page
    assert f'href="/projects/{sites.project.id}/"' in page
    assert f"Back to {sites.project.name}" in page
    unknown = window.get(f"/projects/{sites.project.id}/registers/tables/nothing/")
    assert f"Back to {sites.project.name}" in unknown.content.decode()
    stranger = Client()
    stranger.force_login(new_user("Sam"))
    sites.project.is_private = True
    sites.project.save()
    hidden = stranger.get(f"/projects/{sites.project.id}/registers/tables/nothing/")
    assert (hidden.status_code, sites.project.name in hidden.content.decode()) == (404, False)
