"""The network that the tests use: sites that are apart, lines that break, kills, clocks, backups."""

from __future__ import annotations

import http.client
import time
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from foundry_site.launcher.lines import Line
from tests.network.acts import furnish
from tests.network.conftest import Trio
from tests.network.site import Site
from tests.network.verifying import NotVerifiedError
from tests.patience import PATIENCE

COLUMNS = [{"name": "title"}, {"name": "prio", "type": "integer"}]
GONE = (OSError, http.client.HTTPException)


def began(site: Site) -> str:
    """A project with a table and a record; its id."""
    project = site.owner.make_project()
    site.owner.create_table(project, "requirements", columns=COLUMNS, key_prefix="REQ")
    site.owner.create(project, "requirements", title="It stops", prio=1)
    return project


def test_a_site_is_killed_backed_up_and_restored(apart: Trio) -> None:
    network, basel = apart.network, apart.a
    network.project = project = began(basel)
    backup = basel.back_up()
    basel.owner.create(project, "requirements", title="It starts", prio=2)
    basel.kill()
    with pytest.raises(GONE):
        basel.owner.get(f"projects/{project}/")
    basel.start()
    assert basel.owner.titles(project) == ["It starts", "It stops"]
    basel.restore(backup)
    assert basel.owner.titles(project) == ["It stops"]


def test_sites_are_installations_of_their_own(apart: Trio) -> None:
    basel, lyon = apart.a, apart.b
    ids = {site.name: site.rows("SELECT id FROM audit_site") for site in (basel, lyon)}
    assert ids["Basel"] != ids["Lyon"]
    project = began(basel)
    assert lyon.owner.refused("GET", f"projects/{project}/") == (404, "not_found")
    began(lyon)


def test_clocks_are_apart(apart: Trio) -> None:
    network, basel = apart.network, apart.a
    basel.start_again(clock=600)
    network.project = project = began(basel)
    (hlc,) = basel.owner.state(project)["clock"].values()
    assert int(hlc[:16], 16) / 1000 - time.time() > 500
    before = hlc
    basel.start_again(clock=-600)
    basel.owner.create(project, "requirements", title="It starts")
    (hlc,) = basel.owner.state(project)["clock"].values()
    assert hlc > before


def test_lines_break_slow_down_and_record(apart: Trio) -> None:
    network, basel = apart.network, apart.a
    line = network.lines.line("", basel.name)
    line.records = True
    assert len(fetched(basel)) > 0
    (recording,) = line.recordings
    assert b"GET /healthz" in recording.sent
    assert b"200 OK" in recording.answered
    network.lines.cut([line])
    refuses(basel, line)
    network.lines.restore([line])
    line.bytes_left = 40
    refuses(basel, line)
    assert line.bytes_left == 0
    network.lines.restore([line])
    line.delay = 0.05
    began_at = time.monotonic()
    fetched(basel)
    assert time.monotonic() - began_at >= 2 * line.delay


CHANGED = {
    "audit_event": ("id", "canonical", "chain = %s ORDER BY seq DESC"),
    "registers_operation": ("op_id", "text", "project_id = %s ORDER BY hlc DESC"),
}


@pytest.mark.parametrize("table", CHANGED)
def test_a_site_where_a_byte_was_changed_is_named_and_no_other(trio: Trio, table: str) -> None:
    """Past the product, as only who owns the database can: what is verified after each test finds it."""
    network, b, project = trio.network, trio.b, trio.project
    furnish(trio.a.owner, project)
    network.wait_for_sync()
    key, column, newest = CHANGED[table]
    ((row, before),) = b.rows(f"SELECT {key}, {column} FROM {table} WHERE {newest} LIMIT 1", [project])
    query = f"UPDATE {table} SET {column} = %s WHERE {key} = %s"
    after = before.replace("e", "x", 1)
    with b.tampered(table, query, [after, row], put_right=lambda: b.tamper(table, query, [before, row])):
        for verify in (network.verify_new, network.verify):
            with pytest.raises(NotVerifiedError, match=rf"^{b.name}: Broken\.[^\n]*$"):
                verify()
    network.verify_new()


def fetched(site: Site) -> bytes:
    """What somebody gets who comes over the line."""
    with urlopen(f"http://127.0.0.1:{site.front}/healthz", timeout=PATIENCE) as answer:
        found: bytes = answer.read()
    return found


def refuses(site: Site, line: Line) -> None:
    with pytest.raises((URLError, *GONE)):
        fetched(site)
    assert line.is_broken
