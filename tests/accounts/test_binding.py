"""What a page sends counts for the account that it was rendered for, whoever has signed in at the browser since."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth import login
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client, RequestFactory

from accounts.binding import FIELD, HEADER
from accounts.callers import Caller, cookie_credential
from accounts.middleware import BrowserSessions
from accounts.models import User
from audit.models import Event
from projects.models import Project

pytestmark = pytest.mark.django_db

BACKEND = "django.contrib.auth.backends.ModelBackend"
NEW = "/projects/"


@pytest.fixture
def browser(person: User) -> Client:
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client


def another(administrator: Caller) -> str:
    return str(administrator.user.id)


def test_a_form_of_another_account_s_page_does_nothing_and_shows_what_was_typed(
    browser: Client, person: User, administrator: Caller
) -> None:
    sent = {"name": "Typed in vain", "password": "never shown again", FIELD: another(administrator)}
    answer = browser.post(NEW, sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Typed in vain" in page
    assert "never shown again" not in page
    assert f"You are now signed in as {person.display_name}" in page
    assert not Project.objects.exists()


def test_a_form_of_one_s_own_page_works(browser: Client, person: User) -> None:
    assert browser.post(NEW, {"name": "Mine", FIELD: str(person.id)}).status_code == 302
    assert Project.objects.get().name == "Mine"


@pytest.mark.parametrize("method", ["get", "post"])
def test_htmx_leaves_another_account_s_page_as_it_is(browser: Client, administrator: Caller, method: str) -> None:
    headers = {HEADER: another(administrator), "HX-Request": "true"}
    answer = getattr(browser, method)(NEW, headers=headers)
    assert (answer.status_code, answer["HX-Reswap"], answer.content) == (409, "none", b"")
    assert "account-refused" in answer["HX-Trigger"]


@pytest.mark.parametrize("path", [NEW, "/accounts/session/", "/api/v1/projects/", "/no/such/page"])
def test_a_fetch_by_another_account_s_page_is_a_problem(
    browser: Client, person: User, administrator: Caller, path: str
) -> None:
    answer = browser.post(path, headers={HEADER: another(administrator)})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "another_account")
    assert problem["signed_in"] == person.person()


def test_a_form_sent_after_signing_out_shows_what_was_typed(browser: Client, person: User) -> None:
    browser.logout()
    answer = browser.post(NEW, {"name": "Typed in vain", FIELD: str(person.id)})
    assert answer.status_code == 401
    assert "Typed in vain" in answer.content.decode()


def test_a_form_with_nothing_typed_leads_to_the_sign_in(browser: Client, person: User) -> None:
    browser.logout()
    answer = browser.post("/inbox/read/", {FIELD: str(person.id)})
    assert answer["Location"].startswith("/accounts/login/")


def test_htmx_of_a_signed_out_page_does_not_lead_away_from_what_was_typed(browser: Client, person: User) -> None:
    browser.logout()
    answer = browser.get("/inbox/count/", headers={HEADER: str(person.id), "HX-Request": "true"})
    assert answer.status_code == 401
    assert "HX-Redirect" not in answer


def test_a_program_that_names_no_account_is_not_asked(browser: Client) -> None:
    assert browser.post("/api/v1/projects/", {"name": "By cookie"}, "application/json").status_code == 201


@pytest.mark.parametrize("path", [NEW, "/account/", "/accounts/logout/", "/admin/"])
def test_every_form_names_its_account(administrator: Caller, path: str) -> None:
    client = Client()
    client.force_login(administrator.user, backend=BACKEND)
    page = client.get(path).content.decode()
    forms = re.findall(r"<form[^>]*method=.post.*?</form>", page, re.DOTALL | re.IGNORECASE)
    assert forms
    field = f'<input type="hidden" name="{FIELD}" value="{administrator.user.id}">'
    assert all(field in form for form in forms)
    assert re.search(rf'<meta\s+name="page-account"\s+content="{administrator.user.id}"', page)


def test_a_form_of_nobody_names_nobody() -> None:
    assert FIELD not in Client().get("/accounts/login/").content.decode()


def test_the_tag_is_django_s_own_where_there_is_no_request() -> None:
    template: Any = engines["django"].from_string("{% csrf_token %}")
    assert "csrfmiddlewaretoken" not in template.render({})


def test_signing_in_over_another_session_ends_that_one_on_record(person: User, administrator: Caller) -> None:
    """By an outside account one may sign in without having signed out; Django then drops the session silently."""
    client = Client()
    client.force_login(person, backend=BACKEND)
    key = client.session.session_key or ""
    request = RequestFactory().get("/")
    request.COOKIES["sessionid"] = key
    request.user = person

    def sign_in(request: HttpRequest) -> HttpResponse:
        login(request, administrator.user, backend=BACKEND)
        return HttpResponse()

    SessionMiddleware(BrowserSessions(sign_in))(request)
    event = Event.objects.get(action="account.signed_out")
    assert (event.actor_id, event.data) == (person.id, {"credential": cookie_credential(key)})
