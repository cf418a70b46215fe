"""The commands of the operator."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.services import authenticate_token
from audit.models import Event

pytestmark = pytest.mark.django_db


def run(monkeypatch: pytest.MonkeyPatch, *words: str, stdin: str = "") -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_it_makes_the_first_administrator(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("create_account", "anna", "--display-name", "Anna Berg", "--administrator", "--password-stdin")
    run(monkeypatch, *words, stdin="a long enough one\n")
    anna = User.objects.get(username="anna")
    assert anna.is_superuser
    assert anna.check_password("a long enough one")
    event = Event.objects.get(chain="site", action="account.created", target_id=str(anna.id))
    assert (event.record["via"], event.record["actor"]["name"]) == ("command", "Foundry")


@pytest.mark.parametrize("words", [("a@b", "--no-password"), ("anna", "--password-stdin")])
def test_it_says_what_is_wrong_in_one_line(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match=r"^(username|password): "):
        run(monkeypatch, "create_account", *words, stdin="short\n")


def test_it_prints_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "create_account", "robot", "--kind", "agent", "--no-password")
    text = run(monkeypatch, "create_token", "ROBOT", "runner").strip()
    assert authenticate_token(text).user.username == "robot"


def test_it_changes_a_password_with_its_event(monkeypatch: pytest.MonkeyPatch) -> None:
    run(monkeypatch, "create_account", "anna", "--no-password")
    run(monkeypatch, "changepassword", "anna", "--password-stdin", stdin="a long enough one\n")
    assert User.objects.get(username="anna").check_password("a long enough one")
    changed, suspended = list(Event.objects.chain("site"))[-2:]
    assert (changed.action, suspended.action) == ("account.password_changed", "account.signing_suspended")


@pytest.mark.parametrize("words", [("create_token", "nobody", "x"), ("changepassword", "nobody"), ("createsuperuser",)])
def test_it_refuses_in_one_line(monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(monkeypatch, *words)
