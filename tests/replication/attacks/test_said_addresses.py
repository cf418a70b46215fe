"""A site says where it is, and home dials there: not into its own network because a stranger says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from audit.verification import verify
from projects.models import Project
from stages.replication.admission.invitations import read_invitation
from stages.replication.admission.services import admit_site, change_rights, invite_site
from stages.replication.link.calling import Unreachable
from stages.replication.link.reaching import public_host
from stages.replication.link.services import claim_peers
from stages.replication.link.tls import AddressRefused
from stages.replication.models import Peer
from tests.replication.admission.world import Elsewhere

Come = Callable[..., Elsewhere]


@pytest.fixture
def come(project: Project, boss: Caller) -> Come:
    """Have a site come from a network address and say where it is."""

    def coming(address: str, came_from: str | None) -> Elsewhere:
        text = invite_site(caller=boss, project_id=project.id, rights="writes", copies=False).text
        site = Elsewhere(project.id)
        site.come(read_invitation(text), address=address, came_from=came_from)
        return site

    return coming


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "came_from", "is_confirmed"),
    [
        ("ws://127.0.0.1:6379", "203.0.113.9", False),
        ("wss://10.0.0.5:22", "203.0.113.9", False),
        ("wss://inside.example", "203.0.113.9", False),
        ("wss://inside.example", None, False),
        ("wss://10.0.0.5", "10.0.0.5", True),
        ("wss://[2001:db8::7]:8443", "2001:db8::7", True),
        ("ws://localhost:8000", "127.0.0.1", True),
    ],
)
def test_an_address_is_its_own_or_unconfirmed(
    come: Come, address: str, came_from: str | None, is_confirmed: bool
) -> None:
    site = come(address, came_from)
    assert (site.peer.address, site.peer.address_unconfirmed) == (address, not is_confirmed)
    (claimed,) = claim_peers("node", [])
    assert claimed.unconfirmed is not is_confirmed
    assert verify().findings == []


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("wss://10.0.0.5:22", "10.0.0.5"),
        ("ws://127.0.0.1:6379", "127.0.0.1"),
        ("ws://localhost:6379", ""),
        ("wss://169.254.169.254", "169.254.169.254"),
        ("wss://[64:ff9b::a00:5]", "64:ff9b::a00:5"),
        ("wss://[::ffff:10.0.0.5]", "10.0.0.5"),
        ("wss://[fd00::1]", "fd00::1"),
        ("wss://2130706433", "127.0.0.1"),
        ("wss://0x7f.1", "127.0.0.1"),
    ],
)
def test_an_unconfirmed_address_inside_is_not_dialled(address: str, leads_to: str) -> None:
    with pytest.raises(AddressRefused, match="inside") as refusal:
        asyncio.run(public_host(address))
    assert leads_to in str(refusal.value)


def test_a_public_one_is_dialled_where_it_was_looked_at() -> None:
    assert asyncio.run(public_host("wss://1.1.1.1:8443")) == "1.1.1.1"
    with pytest.raises(Unreachable):
        asyncio.run(public_host("wss://foundry.invalid"))


def test_an_operator_allows_a_network_or_a_host(settings: Any) -> None:
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"10.0.0.5"})
    assert asyncio.run(public_host("wss://10.0.0.5")) is None
    settings.FOUNDRY_SITES_PLAIN = True
    assert asyncio.run(public_host("wss://10.0.0.6")) is None


@pytest.mark.django_db
def test_an_owner_confirms_it(project: Project, boss: Caller, come: Come) -> None:
    site = come("wss://10.0.0.5", "203.0.113.9")
    about: dict[str, Any] = {"caller": boss, "project_id": project.id, "key": site.site_key, "reason": "The plant"}
    change_rights(**about, copies=True)
    assert site.peer.address_unconfirmed
    change_rights(**about, address="wss://10.0.0.5")
    assert not site.peer.address_unconfirmed
    assert verify().findings == []


@pytest.mark.django_db
def test_whoever_admits_a_site_confirms_where_it_is(project: Project, boss: Caller) -> None:
    lyon = Elsewhere(project.id, "Lyon")
    facts = {"name": "Lyon", "address": "wss://10.0.0.7", "address_unconfirmed": True}
    Peer.objects.create(project=project, key=bytes.fromhex(lyon.site_key), **facts)
    admit_site(caller=boss, project_id=project.id, key=lyon.site_key, rights="reads", copies=False)
    assert not lyon.peer.address_unconfirmed
