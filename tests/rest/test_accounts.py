"""Tokens and people through REST."""

from __future__ import annotations

import base64
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.callers import foundry_caller
from accounts.models import PersonalAccessToken, User
from accounts.services import create_token, deactivate_account, set_password
from audit.models import Event
from tests.accounts.callers import caller_of
from tests.rest.client import Api, members, problem

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]

PASSWORD = "correct horse battery staple"


@pytest.fixture
def person(owner: User) -> User:
    return set_password(caller=foundry_caller("command"), user_id=owner.id, password=PASSWORD)


def ask(person: User, **changes: object) -> dict[str, object]:
    return {"username": person.username, "password": PASSWORD, "name": "IDE", **changes}


def test_a_password_makes_a_token_that_is_shown_once(person: User) -> None:
    answer = Api().post("auth/tokens/", ask(person), User_Agent="IDE/1")
    assert answer.status_code == 201
    made = members(answer)
    assert made.keys() == {"id", "name", "token", "scope", "expires_at"}
    assert made["expires_at"].endswith("Z")
    me = Api(token=made["token"])
    assert members(me.get("me/")) == {**person.person(), "username": person.username}
    listed = members(me.get("auth/tokens/"))["results"]
    assert [token["id"] for token in listed] == [made["id"]]
    assert made["token"] not in str(listed)
    event = Event.objects.get(action="token.created", target_id=made["id"])
    assert (event.record["via"], event.record["user_agent"], event.actor_id) == ("api", "IDE/1", person.id)


@pytest.mark.parametrize("change", [{"password": "wrong"}, {"username": "nobody"}, {"username": "a@b"}])
def test_it_refuses_wrong_credentials_alike(person: User, change: dict[str, str]) -> None:
    answer = Api().post("auth/tokens/", ask(person, **change))
    assert problem(answer) == (401, "not_authenticated")
    assert members(answer)["detail"] == "Wrong user name or password."
    assert Event.objects.chain("site").order_by("-seq")[0].action == "account.sign_in_failed"


def test_a_closed_account_gets_no_token(person: User, caller_for: object) -> None:
    deactivate_account(caller=foundry_caller("command"), user_id=person.id)
    assert problem(Api().post("auth/tokens/", ask(person))) == (401, "not_authenticated")


def test_c17_guessing_is_limited(person: User) -> None:
    for _ in range(5):
        Api().post("auth/tokens/", ask(person, password="wrong"))
    answer = Api().post("auth/tokens/", ask(person))
    assert problem(answer) == (429, "rate_limited")
    assert 800 < int(answer["Retry-After"]) <= 901


def test_i_end_my_own_tokens_only(person: User, editor: User) -> None:
    token, text = create_token(caller=caller_of(person), name="other")
    assert problem(Api(editor).delete(f"auth/tokens/{token.id}/")) == (404, "not_found")
    mine, key = Api(person), str(uuid4())
    for _ in range(2):
        assert mine.delete(f"auth/tokens/{token.id}/", Idempotency_Key=key).status_code == 204
    assert problem(Api(token=text).get("me/")) == (401, "not_authenticated")
    other, _ = create_token(caller=caller_of(person), name="other")
    again = mine.delete(f"auth/tokens/{other.id}/", Idempotency_Key=key)
    assert problem(again) == (409, "client_ref_reused")
    assert problem(mine.delete(f"auth/tokens/{uuid4()}/")) == (404, "not_found")


def test_lists_come_in_pages_back_and_forth(person: User) -> None:
    api = Api(person)
    for number in range(6):
        create_token(caller=caller_of(person), name=f"t{number}")
    names = [token.name for token in PersonalAccessToken.objects.filter(user=person).order_by("-id")]
    first = members(api.get("auth/tokens/?limit=3"))
    second = members(api.get(first["next"].removeprefix("http://testserver")))
    third = members(api.get(second["next"].removeprefix("http://testserver")))
    pages = [first, second, third]
    assert [token["name"] for page in pages for token in page["results"]] == names
    assert (first["previous"], third["next"]) == (None, None)
    back = members(api.get(third["previous"].removeprefix("http://testserver")))
    assert back["results"] == second["results"]
    back = members(api.get(back["previous"].removeprefix("http://testserver")))
    assert (back["results"], back["previous"]) == (first["results"], None)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=1e1", "limit=-1", "limit=%EF%BC%91"])
def test_it_refuses_a_limit_that_is_none(owner: User, query: str) -> None:
    answer = Api(owner).get(f"auth/tokens/?{query}")
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == ["limit"]


def made(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%00",
        "ä",
        "AAAA",
        made("1"),
        made("[]"),
        made("[true,[]]"),
        made('[true,["x"]]'),
        made('[true,["\\u0000"]]'),
    ],
)
def test_it_refuses_a_cursor_of_somebodys_own_making(owner: User, cursor: str) -> None:
    answer = Api(owner).get(f"auth/tokens/?cursor={cursor}")
    assert problem(answer) == (400, "validation_failed")
    assert list(members(answer)["errors"]) == ["cursor"]


def test_people_are_found_by_a_part_of_their_names(owner: User, editor: User) -> None:
    found = members(Api(owner).get(f"users/?search={editor.username.upper()}"))["results"]
    assert found == [{**editor.person(), "username": editor.username}]
    everybody = members(Api(owner).get("users/"))["results"]
    assert {owner.username, editor.username} <= {each["username"] for each in everybody}
    assert "foundry" not in {each["username"] for each in everybody}


def test_closed_accounts_are_not_found(owner: User, editor: User) -> None:
    deactivate_account(caller=foundry_caller("command"), user_id=editor.id)
    assert members(Api(owner).get(f"users/?search={editor.username}"))["results"] == []


@pytest.mark.parametrize("text", ["%00", "x" * 151])
def test_it_refuses_an_unsearchable_text(owner: User, text: str) -> None:
    assert problem(Api(owner).get(f"users/?search={text}")) == (400, "validation_failed")


def test_a_program_asks_for_a_token_that_only_reads_and_ends_early(person: User) -> None:
    until = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    made = members(Api().post("auth/tokens/", ask(person, scope="read", expires_at=until.isoformat())))
    assert (made["scope"], made["expires_at"]) == ("read", until.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert Api(token=made["token"]).get("me/").status_code == 200
    for change in ({"scope": "all"}, {"expires_at": "yesterday"}, {"expires_at": "2020-01-01T00:00:00Z"}):
        answer = Api().post("auth/tokens/", ask(person, **change))
        assert problem(answer) == (400, "validation_failed")
        assert list(members(answer)["errors"]) == list(change)
