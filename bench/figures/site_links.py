"""r6 to r8: two or three real sites on this machine, each with a database and a server of its own."""

from __future__ import annotations

import json
import os
import re
import secrets
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from bench.abroad import Abroad
from bench.figure import Figure, Goal, compared, in_turn, seconds

if TYPE_CHECKING:
    from tests.network.network import TestNetwork
    from tests.network.site import Site

TABLE = "requirements"
PATIENCE = 600
METRICS_TOKEN = secrets.token_hex(16)


@contextmanager
def network(sites: int) -> Iterator[tuple[TestNetwork, list[Site]]]:
    """So many linked sites with one project, all of whose sites are admitted everywhere."""
    from foundry_site.embedded import addresses
    from foundry_site.stages import installed_stages
    from tests.network.network import TestNetwork

    # What the harness of the tests reads of the run that it is part of.
    os.environ["FOUNDRY_STAGES"] = ",".join(each.label for each in installed_stages())
    os.environ["REDIS_URL"] = addresses.redis_url(Path(os.environ["FOUNDRY_DATA_DIR"]))
    with TestNetwork(measured=True) as made:
        found = made.add_peers(sites, FOUNDRY_METRICS_TOKEN=METRICS_TOKEN)
        home, *others = found
        for each in others:
            made.connect(home, each)
        if len(others) > 1:
            made.admit_everybody()
        columns = [{"name": "title"}]
        home.owner.create_table(made.project, TABLE, columns=columns)
        made.wait_for_sync(patience=PATIENCE)
        yield made, found


def through_a_link(rounds: int, bundles: int) -> Figure:
    """Bundles of a third site, which one site has and another one gets from it over a link."""
    from projects.models import Project

    alone = Abroad.in_a_project(bundles * rounds)
    with network(2) as (made, (home, other)):
        with home.opened():
            abroad = Abroad(Project.objects.get(pk=made.project), bundles * rounds)
        with other.opened():
            abroad.site.admit()
        made.wait_for_sync(patience=PATIENCE)

        def linked() -> float:
            made.disconnect(home, other)
            with home.opened():
                abroad.take(abroad.write(bundles))
            return bundles / seconds(lambda: _settle(made, home, other))

        def by_itself() -> float:
            sent = alone.write(bundles)
            return bundles / seconds(lambda: alone.take(sent))

        pairs = in_turn(rounds, linked, by_itself)
    notes = [
        f"{bundles:,} bundles of one operation, from the moment the line is whole again until both sites agree.",
        "Baseline: the same into another project without a link, in this process.",
    ]
    return compared("r6", "Bundles come in through a link", "bundles/s", Goal(">=", 0.7), pairs, notes=notes)


def _settle(made: TestNetwork, home: Site, other: Site) -> None:
    """Have them dial at once, instead of when the pause of the next try is over."""
    made.heal()
    for one, another in ((home, other), (other, home)):
        made.decide(one, another, "sync")
    made.wait_for_sync(patience=PATIENCE)


def live(times: int) -> Figure:
    """From a commit at one site to the event at a browser there, and at one of the other site."""
    with network(2) as (made, (home, other)), ExitStack() as stack:
        record = home.owner.create(made.project, TABLE, title="Requirement")
        made.wait_for_sync(patience=PATIENCE)
        here = stack.enter_context(_Browser(made.project, home, "register.changed"))
        there = stack.enter_context(_Browser(made.project, other, "register.ingested"))
        for number in range(times):
            home.owner.set(made.project, record, TABLE, title=f"Requirement {number}")
            here.wait_for(number + 1)
            there.wait_for(number + 1)
        commits = here.said_at
        delays = [
            [1000 * (arrived - said) for arrived, said in zip(browser.arrived_at, commits, strict=True)]
            for browser in (there, here)
        ]
    p95_there, p95_here = (statistics.quantiles(each, n=20)[-1] for each in delays)
    notes = [f"{times} cells, one after the other; the 95th percentile of the times since the event's own."]
    pairs = [(p95_there, p95_here)]
    return compared("r7", "A change at a browser of another site", "ms", Goal("<=", 10), pairs, notes=notes)


class _Browser:
    """A socket of a project that notes when events of one name arrive."""

    def __init__(self, project_id: str, site: Site, name: str) -> None:
        self._address = f"ws://127.0.0.1:{site.node.port}/ws/projects/{project_id}/"
        self._headers = {"Authorization": f"Bearer {site.owner.token}"}
        self._name = name
        self.arrived_at: list[float] = []
        self.said_at: list[float] = []

    def __enter__(self) -> Self:
        from websockets.sync.client import connect

        self._socket: Any = connect(self._address, additional_headers=self._headers, max_size=None)
        self._socket.recv()
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(self.arrived_at) < count:
            assert time.monotonic() < deadline, f"{self._name} did not arrive"
            time.sleep(0.001)

    def _listen(self) -> None:
        for text in self._socket:
            arrived = time.time()
            frame = json.loads(text)["params"]
            if frame.get("name") == self._name:
                self.said_at.append(datetime.fromisoformat(frame["at"]).timestamp())
                self.arrived_at.append(arrived)


def verifications(bundles: int) -> Figure:
    """How often a site verifies a bundle that comes to it over several links."""
    with network(3) as (made, sites):
        home, *others = sites
        before = [(_counted(each, "verified"), _counted(each, "ingested")) for each in others]
        record = home.owner.create(made.project, TABLE, title="Requirement")
        for number in range(bundles):
            home.owner.set(made.project, record, TABLE, title=f"Requirement {number}")
        made.wait_for_sync(patience=PATIENCE)
        after = [(_counted(each, "verified"), _counted(each, "ingested")) for each in others]
    pairs = [
        (verified - verified_before, ingested - ingested_before)
        for (verified, ingested), (verified_before, ingested_before) in zip(after, before, strict=True)
    ]
    notes = [f"{bundles + 1:,} bundles, three sites, all linked; a round for each of both that get them."]
    title = "Bundles verified, of those that came in"
    return compared("r8", title, "bundles", Goal("<=", 1), pairs, notes=notes)


def _counted(site: Site, what: str) -> float:
    """What the node of a site counts."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{site.node.port}/metrics", headers={"Authorization": f"Bearer {METRICS_TOKEN}"}
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own address
        text = answer.read().decode()
    found = re.search(rf"^foundry_sites_bundles_{what}_total (\S+)$", text, re.MULTILINE)
    assert found is not None, text
    return float(found[1])
