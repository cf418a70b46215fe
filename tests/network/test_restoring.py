"""A backup is restored at a site, as docs/sites.md says: nothing is written twice under one number unseen."""

from __future__ import annotations

import shutil
from functools import partial

from tests.network.conftest import Trio
from tests.network.network import TestNetwork
from tests.network.site import Site
from tests.patience import until

TABLE = "risks"


def linked(trio: Trio) -> tuple[TestNetwork, Site, Site]:
    network, basel, lyon = trio.network, trio.a, trio.b
    network.connect(basel, lyon)
    basel.owner.create_table(network.project, TABLE, columns=[{"name": "title"}])
    network.wait_for_sync()
    return network, basel, lyon


def write(network: TestNetwork, site: Site, *titles: str) -> None:
    for title in titles:
        site.owner.create(network.project, TABLE, title=title)


def titles_at(network: TestNetwork, site: Site) -> set[str]:
    return set(site.owner.titles(network.project, TABLE))


def test_a_restored_site_writes_once_it_has_its_own_bundles_back(apart: Trio) -> None:
    network, basel, lyon = linked(apart)
    backup = lyon.back_up()
    write(network, lyon, "After the backup", "The last one")
    network.wait_for_sync()
    network.disconnect(basel, lyon)
    lyon.restore(backup)
    path = f"projects/{network.project}/registers/tables/{TABLE}/records/"
    assert lyon.owner.refused("POST", path, {"values": {"title": "Too early"}}) == (503, "catching_up")
    assert titles_at(network, lyon) == set()
    with lyon.opened():
        from stages.replication.operation.doctor import examine

        (line,) = [each for each in examine() if each.subject.startswith("Own bundles")]
    assert "restored from a backup" in line.text
    network.heal()
    network.wait_for_sync()
    assert titles_at(network, lyon) == {"After the backup", "The last one"}
    write(network, lyon, "And on it goes")
    network.wait_for_sync()
    assert titles_at(network, basel) == {"After the backup", "The last one", "And on it goes"}


def test_without_its_data_folder_what_it_writes_is_a_fork_that_both_see(apart: Trio) -> None:
    network, basel, lyon = linked(apart)
    backup = lyon.back_up()
    write(network, lyon, "After the backup")
    network.wait_for_sync()
    network.disconnect(basel, lyon)
    shutil.rmtree(lyon.data_dir / "marks")
    lyon.restore(backup)
    write(network, lyon, "Under the same number")
    network.heal()
    for site in (basel, lyon):
        until(partial(alarms_at, network, site), f"{site.name} shows the fork")
    assert titles_at(network, basel) == {"After the backup"}
    assert titles_at(network, lyon) == {"Under the same number"}
    for site in (basel, lyon):
        until(partial(holds_fork, network, site), f"{site.name} holds the other one's bundle")


def holds_fork(network: TestNetwork, site: Site) -> bool:
    return [each["reason"] for each in network.held(site)] == ["fork"]


def alarms_at(network: TestNetwork, site: Site) -> list[object]:
    listed = site.owner.get(f"projects/{network.project}/sites/")["results"]
    return [each["alarm"] for each in listed if each["alarm"] and each["alarm"]["kind"] == "fork"]
