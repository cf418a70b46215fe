"""Browser sessions: seen, ended elsewhere, and ended by the server when nobody uses them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models.functions import Now
from django.http import HttpRequest
from django.test import Client, RequestFactory

from accounts.callers import cookie_credential, foundry_caller
from accounts.models import User
from accounts.services import deactivate_account
from accounts.sessions import end_other_sessions, end_unused_sessions, record_use, time_left
from audit.models import Event
from tests.accounts.callers import caller_of, newest_event
from tests.accounts.pages import confirm, is_signed_in, seem_proven, sign_in

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
NAVIGATION = {"Sec-Fetch-Mode": "navigate"}


def row_of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def let_time_pass(client: Client, **much: float) -> None:
    UserSession.objects.filter(pk=row_of(client).pk).update(last_seen_at=Now() - timedelta(**much))


@pytest.fixture
def here(client: Client, person: User) -> Client:
    sign_in(client, HTTP_USER_AGENT=FIREFOX)
    return client


@pytest.fixture
def there(person: User) -> Client:
    other = Client(REMOTE_ADDR="192.0.2.9")
    sign_in(other)
    return other


def test_the_account_page_lists_where_one_is_signed_in(here: Client, there: Client) -> None:
    page = here.get("/account/").content.decode()
    assert "Firefox on Linux" in page
    assert "this browser" in page
    assert "192.0.2.9" in page


def test_c05_another_browser_is_signed_out_at_once_and_on_record(here: Client, there: Client, person: User) -> None:
    credential = cookie_credential(there.session.session_key or "")
    confirm(here)
    here.post(f"/account/sessions/{row_of(there).pk}/end/")
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    event = newest_event()
    assert (event.action, event.actor_id, event.target_id) == ("account.signed_out", person.id, str(person.id))
    assert event.data == {"credential": credential, "why": "elsewhere"}


def test_sign_out_elsewhere_leaves_this_one(here: Client, there: Client) -> None:
    confirm(here)
    here.post("/account/sessions/end-others/")
    assert (is_signed_in(here), is_signed_in(there)) == (True, False)
    assert "192.0.2.9" not in here.get("/account/").content.decode()


def test_a_token_ends_all_browsers(here: Client, there: Client, person: User) -> None:
    caller = caller_of(person)
    assert end_other_sessions(caller=caller) == 2
    assert not is_signed_in(here)


def test_nobody_ends_another_one_s_session(here: Client, administrator: Any) -> None:
    other = Client()
    other.force_login(administrator.user)
    seem_proven(other)
    assert other.post(f"/account/sessions/{row_of(here).pk}/end/").status_code == 404
    assert is_signed_in(here)


def test_signing_out_takes_the_row_along(here: Client) -> None:
    here.post("/accounts/logout/")
    assert not UserSession.objects.exists()


def test_half_an_hour_without_a_person_signs_out_on_the_server(here: Client, person: User) -> None:
    let_time_pass(here, minutes=29)
    assert is_signed_in(here)
    let_time_pass(here, minutes=31)
    answer = here.get("/account/", follow=True)
    assert "because of inactivity" in answer.content.decode()
    assert not is_signed_in(here)
    event = Event.objects.get(action="account.signed_out")
    assert (event.actor_id, event.data["why"]) == (foundry_caller().user.id, "unused")


def test_the_cookie_alone_revives_nothing(here: Client) -> None:
    key = here.session.session_key or ""
    let_time_pass(here, minutes=31)
    here.get("/account/")
    here.cookies["sessionid"] = key
    assert not is_signed_in(here)


def test_a_session_ends_after_half_a_day_even_in_use(here: Client) -> None:
    UserSession.objects.update(created_at=Now() - timedelta(hours=12, minutes=1))
    assert not is_signed_in(here)


def test_a_session_at_the_end_of_its_lifetime_is_ended_with_its_event(here: Client) -> None:
    """The cookie must not have run out by itself before: then no socket and no lock would hear of it."""
    until = row_of(here).created_at + settings.FOUNDRY_SESSION_LIFETIME + timedelta(minutes=10)
    assert Session.objects.get(session_key=here.session.session_key).expire_date > until
    UserSession.objects.update(created_at=Now() - timedelta(hours=12, minutes=1))
    assert end_unused_sessions() == 1
    assert newest_event().action == "account.signed_out"


@pytest.mark.parametrize(
    ("method", "headers", "is_use"),
    [
        ("GET", NAVIGATION, True),
        ("GET", {}, True),
        ("POST", {"Sec-Fetch-Mode": "cors"}, True),
        ("GET", {"Sec-Fetch-Mode": "cors"}, False),
        ("GET", {**NAVIGATION, "HX-Request": "true"}, False),
    ],
)
def test_only_a_person_s_act_counts_as_use(here: Client, method: str, headers: dict[str, str], is_use: bool) -> None:
    let_time_pass(here, minutes=20)
    before = row_of(here).last_seen_at
    here.generic(method, "/projects/", headers=headers)
    assert (row_of(here).last_seen_at > before) is is_use


def test_reading_keeps_one_signed_in(here: Client) -> None:
    """Its script says so by a POST, which a page never sends by itself."""
    let_time_pass(here, minutes=29)
    before = here.get("/accounts/session/", headers={"Sec-Fetch-Mode": "cors"}).json()
    assert 0 < before["idle_left"] <= 60
    after = here.post("/accounts/session/", headers={"Sec-Fetch-Mode": "cors"}).json()
    assert after["idle_left"] == 30 * 60
    assert 0 < after["life_left"] <= 12 * 3600


def test_of_two_requests_at_once_the_later_one_tells_the_new_time_too(
    here: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def noted_by_another(request: HttpRequest) -> bool:
        UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=Now())
        return True

    let_time_pass(here, minutes=29)
    monkeypatch.setattr("accounts.sessions._is_user_activity", noted_by_another)
    assert here.post("/accounts/session/").json()["idle_left"] > 29 * 60


def test_reading_does_not_bring_back_what_has_ended(here: Client) -> None:
    let_time_pass(here, minutes=31)
    assert here.post("/accounts/session/").status_code == 401
    assert not is_signed_in(here)


def test_a_session_that_is_ended_during_a_request_is_not_begun_anew(here: Client, person: User) -> None:
    request = RequestFactory().post("/accounts/session/")
    request.session = here.session
    request.user = person
    UserSession.objects.all().delete()
    here.session.delete()
    assert time_left(request).is_over
    assert not UserSession.objects.exists()


def test_the_end_of_the_lifetime_is_told_as_such(here: Client) -> None:
    UserSession.objects.update(created_at=Now() - timedelta(hours=12, minutes=1))
    assert "a sign-in lasts 12 hours" in here.get("/account/", follow=True).content.decode()
    assert Event.objects.get(action="account.signed_out").data["why"] == "lifetime"


def test_work_in_a_socket_counts_as_use(here: Client, there: Client, person: User) -> None:
    let_time_pass(here, minutes=20)
    let_time_pass(there, minutes=20)
    record_use(user=person, credential=cookie_credential(here.session.session_key or ""))
    used, unused = row_of(here).last_seen_at, row_of(there).last_seen_at
    assert used - unused > timedelta(minutes=19)


def test_every_node_ends_what_nobody_uses_and_once(here: Client, there: Client) -> None:
    let_time_pass(here, minutes=31)
    assert end_unused_sessions() == 1
    assert end_unused_sessions() == 0
    assert (is_signed_in(here), is_signed_in(there)) == (False, True)
    assert Event.objects.filter(action="account.signed_out").count() == 1


def test_what_had_ended_anyway_is_no_event(here: Client, person: User, administrator: Any) -> None:
    deactivate_account(caller=administrator, user_id=person.id)
    let_time_pass(here, minutes=31)
    assert end_unused_sessions() == 0
    assert not UserSession.objects.exists()
    assert newest_event().action == "account.deactivated"


def test_a_session_from_before_is_taken_over(here: Client) -> None:
    UserSession.objects.all().delete()
    assert is_signed_in(here)
    assert row_of(here)
