"""People and sites whose word counts no more: what they wrote before stays, what comes later counts nowhere."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from accounts.models import User
from kernel.statements import run
from stages.registers.fold.bundles import compose_bundle
from stages.registers.fold.payloads import AttachFacet, CreateEntity, SetField
from stages.registers.fold.wire import WireBundle
from stages.registers.keys import own_site_key
from stages.registers.keys.signing import ActorSigner, read_signer, signer_query
from stages.registers.storing.storage import PostgresStorage
from tests.browser.passwords import give_password
from tests.network.acts import REQUIREMENTS, furnish
from tests.network.cases.outsider import Outsider
from tests.network.cases.stored import chain_at, events_of
from tests.network.conftest import Trio
from tests.network.people import Person
from tests.network.site import Site
from tests.patience import until
from tests.publishing.reviews import PASSWORD

ANN, CLOSER = "ann", "rosa"


def test_links_of_a_revoked_site_end_at_once(trio: Trio) -> None:
    """Case 25: within 2 seconds, and it does not come back."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    before = b.owner.create(project, REQUIREMENTS, title="Before")
    network.wait_for_sync()
    network.decide(a, b, "revoke", reason="A lost laptop")
    until(lambda: not network.is_linked(a, b), "the link has ended", 2)
    # What it writes before they follow may still count: they accept it.
    until(lambda: network.seen_at(c, b)["revoked_elsewhere"], "it has heard of it")
    network.decide(c, b, "follow")
    afterwards = b.owner.create(project, REQUIREMENTS, title="Afterwards")
    network.dial(b, a)
    network.assert_same(a, c)
    shown = a.owner.records(project, REQUIREMENTS)
    assert before in shown
    assert afterwards not in shown
    assert not network.is_linked(a, b)
    assert not network.is_linked(c, b)


def test_sites_that_follow_end_at_one_head_and_hold_what_came_later(trio: Trio) -> None:
    """Case 25: C had 3 more bundles of B when A revoked it; both end at C's head, and hold what somebody passes on."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    network.wait_for_sync()
    outsider = Outsider(project, a, c)
    key = network.seen_at(a, b)["key"]
    network.partition({a}, {b, c})
    for number in range(3):
        b.owner.create(project, REQUIREMENTS, title=f"Only at C {number}")
    network.wait_for_sync(b, c)
    head = len(chain_at(c, project, key))
    network.decide(a, b, "revoke", reason="A stolen laptop")
    assert len(chain_at(a, project, key)) == head - 3
    network.heal((a, c))
    until(lambda: network.seen_at(c, b)["revoked_elsewhere"], "C is asked")
    assert events_of(c, project, "site.revocation_reported")
    network.decide(c, b, "follow")
    network.assert_same(a, c)
    for site in (a, c):
        assert len(chain_at(site, project, key)) == head, site.name
        assert {f"Only at C {number}" for number in range(3)} <= set(site.owner.titles(project)), site.name
    b.owner.create(project, REQUIREMENTS, title="Afterwards")
    *_before, later = chain_at(b, project, key)
    before = network.state_hash(a)
    for site in (a, c):
        outsider.push(site, later)
        assert [(each["reason"], each["site"]) for each in network.held(site)] == [("revoked", key)], site.name
    assert network.assert_same(a, c) == before


def key_of(person: Person) -> ActorSigner:
    """What somebody signs with at their site, as whoever copies it from there has it."""
    with person.site.opened():
        rows = run(signer_query(UUID(person.id), own_site_key()))
        return read_signer(rows, own_site_key())


def sign_next(site: Site, project: str, signer: ActorSigner, title: str) -> WireBundle:
    """The next bundle of a site, signed with somebody's key."""
    with site.opened():
        storage = PostgresStorage(UUID(project))
        head, seen = storage.head(signer.site_key), storage.clock()
    entity = str(uuid7())
    made = [CreateEntity(entity), AttachFacet(entity, REQUIREMENTS), SetField(entity, REQUIREMENTS, "title", title)]
    bundle = compose_bundle(
        [(payload, None) for payload in made],
        project=project,
        site_key=signer.site_key,
        head=head,
        seen=seen,
        actor_id=signer.public_key,
        sign=signer.sign,
        new_id=lambda: str(uuid7()),
        now_ms=signer.now_ms,
    )
    return WireBundle.of(bundle.signed)


def deactivate(site: Site, person: Person, *, by: str) -> None:
    """Have an administrator of this name, whom the site gets, close an account by REST, which wakes the site's links.

    Past the server nothing would wake them.
    """
    site.add_people(by, administrators=[by])
    closer = site.people[by]
    with site.opened():
        give_password(User.objects.get(pk=closer.id), PASSWORD)
    closer.post(f"users/{person.id}/deactivate/", {"reason": "Left", "proof": {"password": PASSWORD}})


def test_what_somebody_signs_after_they_left_is_held_everywhere(trio: Trio) -> None:
    """Case 24: B receives the revocation from A, C from B alone; what was signed before stays."""
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    furnish(a.owner, project)
    a.add_people(ANN)
    ann = a.people.pop(ANN)
    a.owner.add_member(project, ann)
    ann.create(project, REQUIREMENTS, title="Earlier")
    outsider = Outsider(project, b, c)
    network.disconnect(a, c)
    network.wait_for_sync()
    signer = key_of(ann)
    last = chain_at(a, project, signer.site_key)[-1].hash
    deactivate(a, ann, by=CLOSER)
    for site in (b, c):
        until(lambda: last_bundle_at(site, project, signer) == [last], f"{site.name} has received it")  # noqa: B023
    state = network.wait_for_sync()
    later = sign_next(a, project, signer, "Later")
    for site in (b, c):
        outsider.push(site, later)
        assert [(each["reason"], each["site"]) for each in network.held(site)] == [("revoked", signer.site_key)]
    assert network.assert_same() == state
    assert all("Earlier" in site.owner.titles(project) for site in trio.sites)
    # The chain of her site goes on all the same.
    a.owner.create(project, REQUIREMENTS, title="Of somebody else")
    network.assert_same()
    assert all("Later" not in site.owner.titles(project) for site in trio.sites)


def last_bundle_at(site: Site, project: str, signer: ActorSigner) -> list[str]:
    """After which bundle nothing of somebody counts at a site."""
    query = "SELECT encode(last_bundle, 'hex') FROM registers_keyrevocation WHERE project_id = %s AND public_key = %s"
    return [digest for (digest,) in site.rows(query, [project, bytes.fromhex(signer.public_key)])]
