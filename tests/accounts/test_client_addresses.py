"""An address is read once, before it is compared, counted or recorded."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client, RequestFactory

from accounts import rate_limits as rates
from accounts.callers import caller_from_scope, unknown_caller
from accounts.client_addresses import network_of, read_address
from accounts.models import FailureCount, User
from foundry_site.environment import BASE_DIR
from tests.accounts.pages import is_signed_in, sign_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::FFFF:C000:0207", "192.0.2.7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[2001:db8::7]:51234", "2001:db8::7"),
        ("[::ffff:192.0.2.7]", "192.0.2.7"),
        (" 192.0.2.7 ", "192.0.2.7"),
        ("", None),
        (None, None),
        ("unknown", None),
        ("192.0.2.7, 192.0.2.8", None),
        ("192.0.2.700", None),
        ("192.0.2.7\n", "192.0.2.7"),
    ],
)
def test_an_address_has_one_spelling(text: str | None, address: str | None) -> None:
    assert read_address(text) == address


def test_ipv6_is_counted_by_what_one_subscriber_has() -> None:
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2::/64") == "2001:db8:1:2::/64"
    assert network_of("::ffff:192.0.2.7") == "192.0.2.7"
    assert network_of("::ffff:192.0.2.7") != network_of("::ffff:192.0.2.8")


def test_c17_one_guesser_behind_a_mapped_address_locks_nobody_else_out(
    client: Client, person: User, settings: Any
) -> None:
    for number in range(settings.FOUNDRY_LOCKOUT_ADDRESS_FAILURES):
        sign_in(client, f"somebody-{number}", "guessed", REMOTE_ADDR="::ffff:192.0.2.66")
    refused = sign_in(client, "daniel", REMOTE_ADDR="192.0.2.66").content.decode()
    assert "from your network" in refused, "it is the same address, however it is written"
    sign_in(client, "daniel", REMOTE_ADDR="::ffff:192.0.2.7")
    assert is_signed_in(client)
    assert FailureCount.objects.filter(subject="sign_in:address:192.0.2.66").exists()
    assert UserSession.objects.get().ip == "192.0.2.7"


def test_what_is_on_record_is_the_address_as_it_is_read(rf: RequestFactory, person: User) -> None:
    request = rf.get("/", REMOTE_ADDR="::ffff:192.0.2.7")
    scope = {"user": person, "credential": "cookie:x", "is_read_only": False, "client": ["::ffff:192.0.2.7", 4711]}
    assert unknown_caller(request).address == caller_from_scope(scope).address == "192.0.2.7"
    assert unknown_caller(rf.get("/", REMOTE_ADDR="garbage")).address is None


def test_requests_are_counted_by_what_one_subscriber_has(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.FOUNDRY_ADDRESS_RATE = 10
    counted: list[Any] = []

    def add(keys: dict[str, int], minute: int) -> list[int]:
        counted.append(list(keys))
        return [1] * len(keys)

    monkeypatch.setattr(rates._counts, "add", add)
    for address in ("::ffff:192.0.2.7", "192.0.2.7", "2001:db8::1", "2001:db8::2"):
        rates.count_request(user_id=None, address=address)
    assert counted == [["address:192.0.2.7"]] * 2 + [["address:2001:db8::/64"]] * 2
    assert network_of("no address") == network_of(None) == ""


def test_nobody_else_reads_an_address() -> None:
    reading = re.compile(r"REMOTE_ADDR|scope\.get\(\"client\"\)|scope\[\"client\"\]")
    others = {"tests", ".venv", "node_modules", "bench"}
    mine = [path for path in BASE_DIR.glob("*/**/*.py") if not others & set(path.relative_to(BASE_DIR).parts)]
    assert {path.name for path in mine if reading.search(path.read_text())} == {"client_addresses.py"}
