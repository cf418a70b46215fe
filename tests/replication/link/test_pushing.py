"""Bundles that another site pushes over a real link: once each, and none in which anything is wrong (12, 18, 21)."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.request import Request, urlopen

import pytest
from django.conf import settings

from accounts.models import User
from audit.models import Event
from foundry_site.launcher.nodes import NodeProcess
from kernel.canonical import canonical
from notifications.models import Notification
from projects.models import Project
from stages.registers.fold.wire import WireBundle
from stages.registers.models import Bundle
from stages.replication.choices import HeldReason
from stages.replication.ingest.reading import clock_of, state_hash_of
from stages.replication.link.proofs import Signer
from stages.replication.models import HeldBundle
from tests.gateway.conftest import in_thread
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.world import Desk
from tests.replication.ingest.forging import FLIPPED, MALFORMED, Forgery
from tests.replication.ingest.world import Site, record
from tests.replication.link.pushing import pushing_to
from tests.replication.link.sites import Stranger

A, B, C = map(numbered_id, (5, 6, 7))


@pytest.fixture
async def desk(server: NodeProcess, project: Project, editor: Any, caller_for: Callable[..., Any]) -> Desk:
    desk = Desk(project, caller_for(editor))
    await in_thread(desk.create_table)
    return desk


@dataclass(slots=True)
class Pushing:
    """Sites that push to one server."""

    stranger: Stranger
    project: Project

    def link(self, site: Site) -> Stranger:
        return replace(self.stranger, signer=Signer(site.site_key, lambda data: site.key.sign(data).signature))

    async def push_often(self, site: Site, bundle: WireBundle, times: int) -> None:
        async with pushing_to(self.link(site), self.project.id) as pusher:
            for _ in range(times):
                await pusher.push(bundle)

    async def closed_by(self, site: Site, bundle: WireBundle) -> int:
        """The code with which the server closes the link over which a bundle came."""
        async with pushing_to(self.link(site), self.project.id) as pusher:
            await pusher.send(bundle)
            return await pusher.talk.closed()


@pytest.fixture
def pushing(stranger: Stranger, desk: Desk) -> Pushing:
    return Pushing(stranger, desk.project)


def verified(server: NodeProcess) -> float:
    """How many bundles the server's node has verified."""
    headers = {"Authorization": f"Bearer {settings.FOUNDRY_METRICS_TOKEN}"}
    with urlopen(Request(f"http://127.0.0.1:{server.port}/metrics", headers=headers)) as answer:
        found = re.search(r"^foundry_sites_bundles_verified_total ([0-9.e+]+)$", answer.read().decode(), re.MULTILINE)
    assert found is not None
    return float(found[1])


def ingested(project: Project) -> list[Event]:
    return list(Event.objects.of_project(project.id).filter(action="register.ingested"))


async def test_one_bundle_pushed_fifty_times_by_two_sites_at_once(server: NodeProcess, pushing: Pushing) -> None:
    """Case 12: once stored, verified once, one event."""
    project = pushing.project
    basel, chur = Site(project, "Basel"), Site(project, "Chur")
    await in_thread(basel.admit)
    await in_thread(chur.admit)
    (bundle,) = basel.records(A)
    before = await asyncio.to_thread(verified, server)
    await asyncio.gather(*(pushing.push_often(site, bundle, 25) for site in (basel, chur)))
    stored = Bundle.objects.filter(project=project, hash=bytes.fromhex(bundle.hash))
    assert await in_thread(stored.count) == 1
    (event,) = await in_thread(ingested, project)
    assert [each["hash"] for each in event.data["bundles"]] == [bundle.hash]
    assert await asyncio.to_thread(verified, server) == before + 1
    assert await in_thread(HeldBundle.objects.filter(project=project).count) == 0


def of_saw(bundle: WireBundle) -> WireBundle:
    """One digit of what the bundle says that its site had seen is another one."""
    header = json.loads(bundle.header)
    ((site, hlc),) = header["saw"].items()
    header["saw"][site] = hlc[:-1] + ("0" if hlc[-1] != "0" else "1")
    return replace(bundle, header=canonical(header))


FLIPS = {
    **{name: FLIPPED[name] for name in ("text", "signature", "header", "prev")},
    "saw": (of_saw, HeldReason.MALFORMED),
}


async def test_one_flipped_byte_ends_the_link_of_who_pushed_it(pushing: Pushing, owner: User) -> None:
    """Case 18: held with its reason, 4422, the inbox names the sender, state and clock are what they were."""
    project = pushing.project
    basel, chur = Site(project, "Basel"), Site(project, "Chur")
    await in_thread(basel.admit)
    await in_thread(chur.admit)
    first = basel.write(record(A))
    await pushing.push_often(basel, first, 1)
    (seen,) = chur.records(C)
    await pushing.push_often(chur, seen, 1)
    second = basel.write(record(B), seen={chur.site_key: chur.head.hlc})
    before = await in_thread(clock_of, project.id), await in_thread(state_hash_of, project.id)
    for name, (flip, reason) in FLIPS.items():
        wrong = flip(second)
        assert await pushing.closed_by(chur, wrong) == 4422, name
        held = await in_thread(HeldBundle.objects.get, project=project, hash=bytes.fromhex(wrong.hash))
        assert (held.reason, bytes(held.sender).hex()) == (reason, chur.site_key), name
        now = await in_thread(clock_of, project.id), await in_thread(state_hash_of, project.id)
        assert now == before, name
    lines = Notification.objects.filter(project=project, recipient=owner, kind="sync.refused")
    said = [(facts["name"], facts["reason"]) for facts in await in_thread(lambda: [each.facts for each in lines])]
    assert sorted(said) == [("Chur", "bad_signature"), ("Chur", "malformed")]
    # What is right comes in all the same, by the same site.
    await pushing.push_often(chur, second, 1)
    assert (await in_thread(clock_of, project.id))[basel.site_key][1] == 2


async def test_what_breaks_the_form_or_the_chain_ends_the_link(pushing: Pushing) -> None:
    """Case 21: each is `malformed`."""
    project = pushing.project
    basel, chur = Site(project, "Basel"), Site(project, "Chur")
    await in_thread(basel.admit)
    await in_thread(chur.admit)
    (seen,) = chur.records(C)
    await pushing.push_often(chur, seen, 1)
    first = basel.write(record(A), seen={chur.site_key: chur.head.hlc})
    await pushing.push_often(basel, first, 1)
    clock, head = await in_thread(clock_of, project.id), basel.head
    wrong: dict[str, WireBundle] = {}
    for name, change in MALFORMED.items():
        basel.head = head
        forgery = Forgery(basel, chur.site_key, first)
        change(forgery)
        wrong[name] = forgery.signed()
    basel.head = head
    right = basel.write(record(B))
    wrong["the order of the keys"] = FLIPPED["order of keys"][0](right)
    wrong["10,001 operations"] = replace(right, operations=right.operations[:1] * 10_001)
    for name, bundle in wrong.items():
        assert await pushing.closed_by(basel, bundle) == 4422, name
        held = await in_thread(HeldBundle.objects.get, project=project, hash=bytes.fromhex(bundle.hash))
        assert held.reason == HeldReason.MALFORMED, name
        assert await in_thread(clock_of, project.id) == clock, name
