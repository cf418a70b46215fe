"""Sites that wrote apart come together: one state, one list of conflicts, byte for byte the same operations."""

from __future__ import annotations

import random

import pytest

from tests.exploring import examples
from tests.network.acts import REQUIREMENTS, RandomActs, furnish
from tests.network.cases.stored import bundles_of, ingested_numbers
from tests.network.conftest import Trio
from tests.network.people import Person
from tests.patience import until

ACTS = examples(100)


def people_of(trio: Trio) -> list[Person]:
    """Two at each site, who may write there."""
    for site in trio.sites:
        colleague = f"ada-{site.name.lower()}"
        if colleague not in site.people:
            site.add_people(colleague)
        site.owner.add_member(trio.project, site.people[colleague])
    return [person for site in trio.sites for person in (site.owner, site.people[f"ada-{site.name.lower()}"])]


@pytest.mark.generated
def test_three_sites_in_a_mesh_after_random_acts(trio: Trio) -> None:
    """Case 8."""
    chance = random.Random(8)
    people = people_of(trio)
    acts = RandomActs(chance, trio.project, furnish(trio.a.owner, trio.project))
    trio.network.wait_for_sync()
    for _ in range(ACTS):
        acts.act(chance.choice(people))
    trio.network.assert_same()
    assert sum(acts.done.values()) > ACTS / 2, acts.refused
    assert bundles_of(trio.a, trio.project) == bundles_of(trio.b, trio.project) == bundles_of(trio.c, trio.project)


def test_what_was_written_apart_comes_through_a_relay(trio: Trio) -> None:
    """Case 9."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    network.wait_for_sync()
    network.partition({a}, {b, c})
    at_a = a.owner.create(project, REQUIREMENTS, title="Written at A")
    at_c = c.owner.create(project, REQUIREMENTS, title="Written at C")
    network.wait_for_sync(b, c)
    assert at_a not in b.owner.records(project, REQUIREMENTS)
    network.heal((a, b))
    network.assert_same()
    assert {at_a, at_c} <= set(c.owner.records(project, REQUIREMENTS))
    assert bundles_of(a, project) == bundles_of(b, project) == bundles_of(c, project)
    until(lambda: network.lines.line(a.name, c.name).connections == set(), "A and C are still apart")


def test_a_conflict_is_seen_decided_and_opened_again_everywhere(trio: Trio) -> None:
    """Case 11."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    record = furnish(a.owner, project)[0]
    network.wait_for_sync()
    network.partition({a}, {b}, {c})
    for site in trio.sites:
        site.owner.set(project, record, REQUIREMENTS, title=f"of {site.name}")
    network.heal((a, b))
    network.wait_for_sync(a, b)
    for site in (a, b):
        (conflict,) = site.owner.conflicts(project)
        assert (conflict["subject"], conflict["field"]) == (record, "title")
        assert {each["value"] for each in conflict["tips"]} == {f"of {a.name}", f"of {b.name}"}
    decide(a.owner, project, f"of {a.name}")
    network.wait_for_sync(a, b)
    assert b.owner.conflicts(project) == []
    network.heal()
    network.assert_same()
    for site in trio.sites:
        (conflict,) = site.owner.conflicts(project)
        assert {each["value"] for each in conflict["tips"]} == {f"of {a.name}", f"of {c.name}"}


def test_an_edit_of_before_the_decision_that_another_site_brings_opens_it_again(trio: Trio) -> None:
    """Case 11: B's own, made before it received the decision, which comes from C while B is away."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    record = furnish(a.owner, project)[0]
    network.wait_for_sync()
    network.partition({a}, {b}, {c})
    for site in (a, b):
        site.owner.set(project, record, REQUIREMENTS, title=f"of {site.name}")
    network.heal()
    network.assert_same()
    assert len(c.owner.conflicts(project)) == 1
    network.partition({a}, {b, c})
    decide(a.owner, project, f"of {a.name}")
    b.owner.set(project, record, REQUIREMENTS, title="of B, later")
    network.wait_for_sync(b, c)
    network.partition({a, c}, {b})
    network.heal((a, c))
    network.assert_same(a, c)
    for site in (a, c):
        (conflict,) = site.owner.conflicts(project)
        assert {each["value"] for each in conflict["tips"]} == {f"of {a.name}", "of B, later"}, site.name
    network.heal()
    network.assert_same()
    assert len(b.owner.conflicts(project)) == 1


def decide(person: Person, project: str, value: str) -> None:
    """Decide the one conflict that waits, having seen all of its values."""
    (conflict,) = person.conflicts(project)
    body = {"value": value, "tips": [each["op_id"] for each in conflict["tips"]]}
    person.post(f"projects/{project}/registers/conflicts/{conflict['id']}/resolve/", body)


def test_a_bundle_that_comes_often_is_stored_once(trio: Trio) -> None:
    """Case 12, through links: both others pass on what each of them has, again and again."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    network.wait_for_sync()
    network.partition({a}, {b, c})
    b.owner.create(project, REQUIREMENTS, title="Written once")
    network.wait_for_sync(b, c)
    network.heal()
    network.assert_same()
    for _ in range(5):
        network.lines.drop(network.lines.between(a.name, b.name) + network.lines.between(a.name, c.name))
        network.wait_for_sync()
    assert len(bundles_of(a, project)) == len(set(map(repr, bundles_of(a, project))))
    hashes = ingested_numbers(a, project)
    assert len(hashes) == len(set(hashes)) == 1
