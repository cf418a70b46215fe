"""Lines that break at any moment, sites and nodes that are killed: nothing twice, nothing missing."""

from __future__ import annotations

import random

import pytest

from tests.network.acts import REQUIREMENTS, furnish
from tests.network.cases.stored import bundles_of, ingested_numbers
from tests.network.conftest import Trio
from tests.network.frames import messages
from tests.network.site import Site
from tests.patience import until

BUNDLES = 30
LARGE = 2
ROWS = 120
# At most so many bytes go over a line before it breaks: a sixth of all that has to.
BREAKS_AFTER = 30_000


def write_much(trio: Trio, *, bundles: int = BUNDLES, large: int = LARGE) -> None:
    """Small bundles and large ones, in turn, at B."""
    path = f"projects/{trio.project}/registers/tables/{REQUIREMENTS}/records/"
    for number in range(bundles):
        trio.b.owner.create(trio.project, REQUIREMENTS, title=f"small {number}")
        if large and number % (bundles // large) == 0:
            trio.b.owner.post(path, {"rows": [{"title": f"row {row}", "prio": row} for row in range(ROWS)]})


def test_a_line_that_breaks_again_and_again(trio: Trio) -> None:
    """Case 13. The long one, with 10,000 operations, is among the faults."""
    chance = random.Random(13)
    network, a, b, project = trio.network, trio.a, trio.b, trio.project
    furnish(a.owner, project)
    network.wait_for_sync()
    network.partition({a}, {b}, {trio.c})
    write_much(trio)
    between = network.lines.between(a.name, b.name)
    # Not over those to C: when A, which has nothing more for C, gets the next bundles of B, it has more again.
    with network.recorded(*between) as recordings:
        for _ in range(6):
            for line in between:
                line.is_open, line.bytes_left = True, chance.randrange(2_500, BREAKS_AFTER)
            network.dial(a, b)
            network.dial(b, a)
            until(lambda: any(line.bytes_left == 0 for line in between), "it broke")
            network.lines.cut(between)
        network.heal()
        network.assert_same()
    assert bundles_of(a, project) == bundles_of(b, project)
    numbers = ingested_numbers(a, project)
    assert len(numbers) == len(set(numbers))
    for data in (bytes(data) for each in recordings for data in (each.sent, each.answered)):
        said = [each["params"]["remaining"] for each in messages(data) if each.get("method") == "bundles.push"]
        assert said == sorted(said, reverse=True)


def test_a_site_that_is_killed_while_it_takes_in(trio: Trio) -> None:
    """Case 15."""
    chance = random.Random(15)
    network, a, b, project = trio.network, trio.a, trio.b, trio.project
    furnish(a.owner, project)
    network.wait_for_sync()
    network.partition({a}, {b}, {trio.c})
    write_much(trio, large=1)
    network.heal()
    for _ in range(3):
        has_before = len(bundles_of(a, project))
        until(lambda: len(bundles_of(a, project)) > has_before or is_whole(trio), "A takes in")  # noqa: B023
        network.lines.line(b.name, a.name).delay = chance.random() / 50
        a.kill()
        a.start()
    network.heal()
    network.assert_same()
    assert bundles_of(a, project) == bundles_of(b, project)


def is_whole(trio: Trio) -> bool:
    return len(bundles_of(trio.a, trio.project)) == len(bundles_of(trio.b, trio.project))


def test_another_node_takes_the_link_over(apart: Trio) -> None:
    """Case 17. B cannot dial A, so that the link is always one that a node of A has claimed and dialled."""
    network, a, b = apart.network, apart.a, apart.b
    network.connect(a, b)
    network.lines.cut([network.lines.line(b.name, a.name)])
    furnish(a.owner, network.project)
    network.wait_for_sync()
    first = claimed_by(a, network.project)
    second = a.add_node()
    second.start()
    a.entrance = 1
    written = a.owner.create(network.project, REQUIREMENTS, title="Through the second node")
    until(lambda: written in b.owner.records(network.project, REQUIREMENTS), "it is pushed by the first node")
    assert claimed_by(a, network.project) == first
    a.nodes[0].kill()
    written = a.owner.create(network.project, REQUIREMENTS, title="While nobody has the link")
    until(lambda: written in b.owner.records(network.project, REQUIREMENTS), "the second node took it over", 20)
    assert claimed_by(a, network.project) not in ("", first)


def claimed_by(site: Site, project: str) -> str:
    """The node that has the link with the one other site."""
    return str(site.rows("SELECT node FROM replication_peer WHERE project_id = %s", [project])[0][0])


@pytest.mark.parametrize("delay", [0.05])
def test_a_slow_line_carries_all_the_same(trio: Trio, delay: float) -> None:
    for line in trio.network.lines.between(trio.a.name, trio.b.name):
        line.delay = delay
    furnish(trio.a.owner, trio.project)
    trio.network.assert_same()
