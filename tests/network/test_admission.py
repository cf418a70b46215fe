"""Sites join, are revoked and change their keys, between real servers (cases 1 and 25)."""

from __future__ import annotations

from tests.network.conftest import Trio
from tests.network.network import TestNetwork
from tests.network.site import Site
from tests.patience import until

COLUMNS = [{"name": "title"}]
TABLE = "requirements"


class Shared:
    """A project that sites have in common, with what their owners do in it."""

    def __init__(self, network: TestNetwork, home: Site, *others: Site) -> None:
        self.network = network
        self.id = network.begin_project(home)
        home.owner.create_table(self.id, TABLE, columns=COLUMNS, key_prefix="REQ")
        for other in others:
            network.connect(home, other)
        network.admit_everybody()
        self.settle()

    def settle(self, *sites: Site) -> str:
        return self.network.wait_for_sync(*sites)

    def add(self, title: str, site: Site) -> str:
        return site.owner.create(self.id, TABLE, title=title)

    def titles(self, site: Site) -> set[str]:
        return set(site.owner.titles(self.id, TABLE))

    def actions(self, site: Site) -> list[str]:
        rows = site.rows("SELECT action FROM audit_event WHERE chain = %s ORDER BY seq", [self.id])
        return [row[0] for row in rows]


def test_a_site_joins_once_and_is_a_replica_that_names_its_home(apart: Trio) -> None:
    network, (basel, lyon, cork) = apart.network, apart.sites
    project = network.begin_project(basel)
    basel.owner.create_table(project, TABLE, columns=COLUMNS)
    text = network.invite(basel)
    joined = lyon.owner.post("projects/join/", {"invitation": text})
    assert (joined["id"], joined["status"], joined["role"]) == (project, "replica", "owner")
    network.wait_for_sync(basel, lyon)
    assert cork.owner.refused("POST", "projects/join/", {"invitation": text}) == (403, "permission_denied")
    assert lyon.owner.refused("POST", "projects/join/", {"invitation": text}) == (409, "conflict")
    refusal = lyon.owner.request("PATCH", f"v1/projects/{project}/", {"name": "Mine"})
    assert (refusal.status, refusal.code, refusal.body["home"]) == (409, "project_frozen", "Basel")


def test_a_revoked_site_ends_where_the_others_were_and_they_follow(apart: Trio) -> None:
    network, (basel, lyon, cork) = apart.network, apart.sites
    shared = Shared(network, basel, lyon, cork)
    key = network.seen_at(basel, lyon)["key"]
    shared.add("Before", lyon)
    shared.settle()
    network.lines.cut(network.lines.between(basel.name, lyon.name))
    network.lines.cut(network.lines.between(basel.name, cork.name))
    for number in range(3):
        shared.add(f"Only at Cork {number}", lyon)
    shared.settle(lyon, cork)
    network.lines.restore(network.lines.between(basel.name, cork.name))
    shared.settle(basel, cork)
    network.decide(basel, lyon, "revoke", reason="Stolen laptop")
    network.lines.restore(network.lines.between(basel.name, lyon.name))
    path = f"projects/{shared.id}/sites/"

    def is_reported() -> bool:
        (found,) = [each for each in cork.owner.get(path)["results"] if each["key"] == key]
        return bool(found["revoked_elsewhere"])

    until(is_reported, "Cork has the report")
    network.decide(cork, lyon, "follow")
    shared.add("Afterwards", lyon)
    shared.add("Goes on", basel)
    shared.settle(basel, cork)
    wanted = {"Before", "Goes on", *(f"Only at Cork {number}" for number in range(3))}
    assert shared.titles(basel) == shared.titles(cork) == wanted
    assert "Afterwards" in shared.titles(lyon)
    (mine,) = [each for each in basel.owner.get(path)["results"] if each["key"] == key]
    (theirs,) = [each for each in cork.owner.get(path)["results"] if each["key"] == key]
    assert mine["cut"] == theirs["cut"]


def test_a_site_goes_on_under_a_new_key(apart: Trio) -> None:
    network, (basel, lyon, cork) = apart.network, apart.sites
    shared = Shared(network, basel, lyon, cork)
    old = network.seen_at(basel, lyon)["key"]
    shared.add("Under the old key", lyon)
    shared.settle()
    lyon.stop()
    lyon.manage("new_site_key", "--reason", "The old one was on a disk that was sold")
    lyon.start()
    shared.add("Under the new key", lyon)
    shared.settle()
    for site in (basel, cork):
        assert shared.titles(site) == {"Under the old key", "Under the new key"}
        assert "site.key_changed" in shared.actions(site)
        found = {each["key"]: each for each in site.owner.get(f"projects/{shared.id}/sites/")["results"]}
        assert found[old]["revoked_at"]
        assert sum(each["name"] == "Lyon" and not each["revoked_at"] for each in found.values()) == 1
    shared.add("Heard", basel)
    shared.settle()
