"""Who wrote a held bundle was not proved: what somebody holds back in another's name keeps nothing of theirs away."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from projects.models import Project
from stages.replication.choices import HeldReason, Rights
from stages.replication.held import keeping
from stages.replication.held.services import retry_held
from stages.replication.ingest.examining import examine
from stages.replication.ingest.reading import clock_of
from stages.replication.ingest.services import CloseReason
from stages.replication.link.heads import held_of, known_of
from stages.replication.models import HeldBundle
from tests.gateway.conftest import in_thread
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest.forging import Forgery
from tests.replication.ingest.world import Site, record
from tests.replication.link.sites import STATE, Stranger, Talk

A, B, C = map(numbered_id, (5, 7, 8))
FURTHEST = 2**31 - 1


def forged(project: Project, victim: Site, number: int) -> Any:
    """A bundle that says that the victim wrote it; somebody signed it whom the victim has not certified."""
    mallory = Site(project, "Mallory")
    forgery = Forgery(mallory, "", None)
    forgery.set_header(site_key=victim.site_key, number=number, prev="ab" * 32)
    return forgery.signed()


@pytest.mark.django_db
@pytest.mark.parametrize("number", [2, FURTHEST])
def test_a_forged_bundle_that_is_held_counts_for_nobody_as_one_that_is_there(
    ann: Desk, basel: Site, number: int
) -> None:
    first, second = basel.records(A, B)
    basel.send(first)
    mallory = Site(ann.project, "Mallory").admit(Rights.READS)
    found = mallory.send(forged(ann.project, basel, number))
    assert [each.reason for each in found.held] == [HeldReason.UNKNOWN_KEY]
    # Said to others, it names no bundle that they have, so they send theirs.
    assert known_of(ann.project.id, held_of(ann.project.id)) == {}
    assert basel.send(second).accepted == 1
    assert clock_of(ann.project.id)[basel.site_key][1] == 2


@pytest.mark.django_db
def test_bundles_of_many_sites_that_nobody_admitted_are_not_looked_at_one_by_one(
    ann: Desk, basel: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    invented = [Site(ann.project, f"Invented {number}") for number in range(30)]
    basel.send(*(each.write(record(numbered_id(20 + at))) for at, each in enumerate(invented)))
    assert HeldBundle.objects.filter(reason=HeldReason.UNKNOWN_SITE).count() == 30
    looked_at: list[Any] = []

    def counted(*given: Any) -> Any:
        looked_at.append(given)
        return examine(*given)

    monkeypatch.setattr("stages.replication.held.taking.examine", counted)
    assert (retry_held(ann.project.id), looked_at) == (0, [])
    invented[3].admit()
    assert (retry_held(ann.project.id), len(looked_at)) == (1, 1)


@pytest.mark.django_db
def test_what_is_held_for_a_site_is_limited_by_its_size_too(
    ann: Desk, basel: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = Site(ann.project, "Reader").admit(Rights.READS)
    bundles = reader.records(A, B, C)
    monkeypatch.setattr(keeping, "MAX_BYTES", 1_000)
    found = reader.send(*bundles)
    assert (len(found.held), found.close) == (1, CloseReason.TOO_MANY)
    assert reader.send(*bundles[1:]).held == []


async def _asked(talk: Talk, method: str) -> dict[str, Any]:
    """What the server asks by the next request of a method; its state is answered on the way, all else is not known."""
    while True:
        frame = json.loads(await talk.connection.recv())
        if frame.get("method") == method:
            return dict(frame["params"])
        if frame.get("method") == "state":
            await talk.write(json.dumps({"jsonrpc": "2.0", "id": frame["id"], "result": {"forks": []}}))
        elif "method" in frame:
            unknown = {"code": -32601, "message": "No such method"}
            await talk.write(json.dumps({"jsonrpc": "2.0", "id": frame["id"], "error": unknown}))


async def test_a_site_that_was_given_a_forged_bundle_is_sent_the_true_ones(
    stranger: Stranger, project: Project, editor: Any, caller_for: Callable[..., Any], new_code: Callable[[], str]
) -> None:
    code, own = await _shared(project, caller_for(editor), new_code)
    async with stranger.linked(project.id, code) as (_called, talk):
        await talk.say("state", {**STATE, "held": {own: [FURTHEST, "ab" * 32]}}, 1)
        pushed = await _asked(talk, "bundles.push")
        assert pushed["bundles"]
        assert pushed["keys"]


async def test_a_site_that_holds_a_bundle_without_its_certificate_is_sent_that(
    stranger: Stranger, project: Project, editor: Any, caller_for: Callable[..., Any], new_code: Callable[[], str]
) -> None:
    code, own = await _shared(project, caller_for(editor), new_code)
    newest = await in_thread(lambda: clock_of(project.id)[own])
    async with stranger.linked(project.id, code) as (_called, talk):
        await talk.say("state", {**STATE, "held": {own: newest[1:]}}, 1)
        pushed = await _asked(talk, "bundles.push")
        assert pushed["bundles"] == []
        assert pushed["keys"]


async def _shared(project: Project, caller: Any, new_code: Callable[[], str]) -> tuple[str, str]:
    """A code for a project with a bundle of this site, and the site's key."""

    def begin() -> tuple[str, str]:
        Desk(project, caller).create_table()
        (own,) = clock_of(project.id)
        return new_code(), own

    return await in_thread(begin)
