"""Who is not admitted learns nothing, and may not try for ever."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from kernel.canonical import canonical
from tests.network.conftest import Trio
from tests.network.frames import everything
from tests.network.network import TestNetwork


def changed(invitation: str, change: Callable[[dict[str, Any]], Any]) -> str:
    """An invitation that says something else."""
    prefix, _, text = invitation.partition(":")
    body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    change(body)
    return f"{prefix}:{base64.urlsafe_b64encode(canonical(body).encode()).decode().rstrip('=')}"


def test_who_is_not_admitted_learns_nothing(apart: Trio) -> None:
    """Case 2."""
    network, a, b = apart.network, apart.a, apart.b
    project = network.begin_project(a, name="Zwieback")
    good = network.invite(a)
    with network.recorded() as recordings:
        for wrong in (
            changed(good, lambda body: body.update(code="x" * len(body["code"]))),
            changed(good, lambda body: body.update(project=str(uuid4()))),
        ):
            assert b.owner.refused("POST", "projects/join/", {"invitation": wrong})[0] == 403
        said = everything(recordings)
        answered = b"".join(bytes(each.answered) for each in recordings)
    assert b"Zwieback" not in said
    assert b"mara" not in said
    assert project.encode() not in answered
    codes = [guess(network, good, number) for number in range(20)]
    assert codes[-1] == 429, codes
    assert not network.is_member(b)
    # The next test finds nothing of it.
    a.forget_tries()
    network.join(b, network.invite(a))
    assert network.is_member(b)


def guess(network: TestNetwork, good: str, number: int) -> int:
    wrong = changed(good, lambda body: body.update(code=f"{number:0{len(body['code'])}}"))
    status: int = network.sites["Lyon"].owner.refused("POST", "projects/join/", {"invitation": wrong})[0]
    return status
