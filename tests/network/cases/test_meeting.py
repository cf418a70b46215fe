"""Sites meet: invited once, joined, and refused whatever else somebody tries."""

from __future__ import annotations

import base64
import json
from contextlib import AbstractContextManager

from tests.network.acts import REQUIREMENTS, furnish
from tests.network.cases.stored import events_of
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.patience import until


def test_a_site_joins_by_an_invitation_that_is_good_once(apart: Trio) -> None:
    """Case 1."""
    network, a, b = apart.network, apart.a, apart.b
    project = network.begin_project(a, name="Oncology")
    records = furnish(a.owner, project)
    invitation = network.invite(a)
    network.join(b, invitation)
    joined = b.owner.get(f"projects/{project}/")
    assert (joined["id"], joined["name"], joined["status"]) == (project, "Oncology", "replica")
    assert joined["role"] == "owner"
    until(lambda: sorted(b.owner.records(project, REQUIREMENTS)) == sorted(records), "the records are at B", 5)
    network.assert_same(a, b)
    assert events_of(a, project, "site.admitted")
    assert events_of(b, project, "project.joined")
    assert apart.c.owner.refused("POST", "projects/join/", {"invitation": invitation})[0] == 403
    assert b.owner.refused("POST", "projects/join/", {"invitation": network.invite(a)})[0] == 409


def test_an_invitation_ends_after_a_day(apart: Trio) -> None:
    """Case 1, the day later: the times of its row are turned back, and then put right for the verifier."""
    network, a, b = apart.network, apart.a, apart.b
    network.begin_project(a)
    invitation = network.invite(a)
    with shifted_invitations(a, network.project, -25):
        assert b.owner.refused("POST", "projects/join/", {"invitation": invitation})[0] == 403
    assert not network.is_member(b)


def shifted_invitations(site: Site, project: str, hours: int) -> AbstractContextManager[None]:
    table = "replication_invitation"
    query = (
        f"UPDATE {table} SET created_at = created_at + make_interval(hours => %(hours)s),"
        " expires_at = expires_at + make_interval(hours => %(hours)s) WHERE project_id = %(project)s"
    )
    there, back = ({"hours": each, "project": project} for each in (hours, -hours))
    return site.tampered(table, query, there, put_right=lambda: site.tamper(table, query, back))


def test_who_may_only_read_has_what_it_writes_held_until_it_may_write(apart: Trio) -> None:
    """Case 5."""
    network, a, b = apart.network, apart.a, apart.b
    project = network.begin_project(a)
    furnish(a.owner, project)
    network.connect(a, b, rights="reads")
    network.wait_for_sync(a, b)
    record = b.owner.create(project, REQUIREMENTS, title="Written at B")
    until(lambda: [each["reason"] for each in network.held(a)] == ["read_only"], "A holds it")
    assert record not in a.owner.records(project, REQUIREMENTS)
    assert record in b.owner.records(project, REQUIREMENTS)
    network.decide(a, b, "rights", rights="writes", reason="They write now")
    network.assert_same(a, b)
    assert record in a.owner.records(project, REQUIREMENTS)
    assert network.held(a) == []


def test_what_was_discarded_does_not_come_back_with_the_next_link(apart: Trio) -> None:
    """Case 28."""
    network, a, b = apart.network, apart.a, apart.b
    project = network.begin_project(a)
    furnish(a.owner, project)
    network.connect(a, b, rights="reads")
    network.wait_for_sync(a, b)
    b.owner.create(project, REQUIREMENTS, title="Nobody wants it")
    until(lambda: network.held(a), "A holds it")
    (held,) = network.held(a)
    path = f"projects/{project}/held/{held['id']}/discard/"
    assert a.owner.refused("POST", path, {}) == (400, "validation_failed")
    assert a.owner.refused("POST", path, {"reason": " "}) == (400, "validation_failed")
    a.owner.post(path, {"reason": "Nobody wants it"})
    (event,) = events_of(a, project, "held.discarded")
    assert (event["data"]["hash"], event["data"]["reason"]) == (held["hash"], "Nobody wants it")
    network.partition({a}, {b})
    written = a.owner.create(project, REQUIREMENTS, title="Written while they are apart")
    network.heal((a, b))
    until(lambda: written in b.owner.records(project, REQUIREMENTS), "they are linked again")
    # What B writes now came over the new link; what was discarded did not come back.
    b.owner.create(project, REQUIREMENTS, title="The next one")
    until(lambda: network.held(a), "A holds the next one")
    assert [(each["number"], each["reason"]) for each in network.held(a)] == [(held["number"] + 1, "read_only")]


def test_an_address_without_tls_is_dialled_on_this_machine_only(apart: Trio) -> None:
    """Case 4."""
    network, a, b = apart.network, apart.a, apart.b
    network.begin_project(a)
    prefix, _, text = network.invite(a).partition(":")
    body = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    body["address"] = "ws://192.0.2.1:8000"
    changed = json.dumps(body, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    elsewhere = base64.urlsafe_b64encode(changed).decode().rstrip("=")
    answer = b.owner.request("POST", "v1/projects/join/", {"invitation": f"{prefix}:{elsewhere}"})
    assert answer.status == 400
    assert "FOUNDRY_SITES_PLAIN" in json.dumps(answer.body)
    network.connect(a, b)
    network.wait_for_sync(a, b)


def test_invitations_are_written_down_nowhere(apart: Trio) -> None:
    """The code is in no row and in no log."""
    network, a = apart.network, apart.a
    network.begin_project(a)
    text = network.invite(a).partition(":")[2]
    code = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))["code"]
    canonical = a.rows("SELECT canonical FROM audit_event")
    assert not any(code in row[0] for row in canonical)
    assert code not in a.node.output
