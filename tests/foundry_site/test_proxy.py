"""Whose address stands on record: the client's as the proxy tells it, and never as a client without a proxy claims."""

from __future__ import annotations

from http.client import HTTPConnection
from pathlib import Path

import msgspec
import pytest

from accounts.models import User
from audit.models import Event
from foundry_site.launcher.nodes import NodeProcess, running
from tests.patience import PATIENCE

CLAIMED = "203.0.113.9"


@pytest.mark.parametrize(("proxy", "recorded"), [("true", CLAIMED), ("false", "127.0.0.1")])
def test_the_address_of_a_failed_sign_in(
    committed_db: None,
    process_environment: dict[str, str],
    tmp_path: Path,
    make_user,
    proxy: str,
    recorded: str,
) -> None:
    person: User = make_user("guessed")
    node = NodeProcess({**process_environment, "FOUNDRY_PROXY": proxy}, tmp_path / "node.log")
    with running(node):
        connection = HTTPConnection("127.0.0.1", node.port, timeout=PATIENCE)
        body = msgspec.json.encode({"username": person.username, "password": "wrong", "name": "guess"})
        headers = {"Content-Type": "application/json", "X-Forwarded-For": CLAIMED}
        connection.request("POST", "/api/v1/auth/tokens/", body, headers)
        assert connection.getresponse().status == 401
    failed = Event.objects.chain("site").filter(action="account.sign_in_failed").last()
    assert failed is not None
    assert (failed.record["target"]["id"], failed.record["address"]) == (str(person.id), recorded)
