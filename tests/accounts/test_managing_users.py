"""Accounts over REST: administrators make, change and close them, with a proof that it is them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import create_token
from tests.cast import new_caller, new_user
from tests.publishing.reviews import PASSWORD

USERS = "/api/v1/users/"
PROOF = {"password": PASSWORD}


class Api:
    """Somebody's program, with a token."""

    def __init__(self, user: User) -> None:
        _token, self._text = create_token(caller=new_caller(user), name="A program")

    def send(self, method: str, path: str, body: dict[str, Any]) -> Any:
        return Client().generic(
            method, path, json.dumps(body), "application/json", headers={"Authorization": f"Bearer {self._text}"}
        )


@pytest.fixture
def boss(db: None) -> Api:
    return Api(new_user("boss", password=PASSWORD, is_administrator=True))


def test_an_administrator_makes_changes_and_closes_an_account(boss: Api):
    name = new_user("x").username + "y"
    given = {"username": name, "display_name": "Newcomer", "email": "n@example.com", "proof": PROOF}
    made = boss.send("POST", USERS, given)
    assert made.status_code == 201, made.content
    body = made.json()
    assert (body["username"], body["kind"], body["is_active"]) == (name, "human", True)
    address = f"{USERS}{body['id']}/"
    changed = boss.send("PATCH", address, {"is_auditor": True, "proof": PROOF}).json()
    assert (changed["is_auditor"], changed["display_name"]) == (True, "Newcomer")
    closed = boss.send("POST", f"{address}deactivate/", {"reason": "Left", "proof": PROOF})
    assert closed.status_code == 200
    assert closed.json()["is_active"] is False


def test_a_token_alone_is_no_proof(boss: Api):
    refused = boss.send("POST", USERS, {"username": "nobody-at-all"})
    assert (refused.status_code, refused.json()["code"]) == (403, "reauthentication_needed")
    refused = boss.send("POST", USERS, {"username": "nobody-at-all", "proof": {"password": "wrong"}})
    assert refused.status_code == 401
    assert not User.objects.named("nobody-at-all").exists()


def test_others_may_not_whatever_they_send(db: None):
    somebody = Api(new_user("somebody", password=PASSWORD))
    for method, path in (("POST", USERS), ("PATCH", f"{USERS}{new_user('other').id}/")):
        refused = somebody.send(method, path, {"nonsense": 1, "proof": PROOF})
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "username"),
        ({"username": "ä"}, "username"),
        ({"username": "fine-name", "kind": "service"}, "kind"),
        ({"username": "fine-name", "is_auditor": "yes"}, "is_auditor"),
        ({"username": "fine-name", "password": "12345"}, "password"),
    ],
)
def test_bad_input_names_its_field(boss: Api, given: dict[str, Any], name: str):
    refused = boss.send("POST", USERS, {**given, "proof": PROOF})
    assert refused.status_code == 400, refused.content
    assert list(refused.json()["errors"]) == [name]
