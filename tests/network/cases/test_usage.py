"""What the engine's core design asks of its bot harness, by its own routes, between real servers (case 38)."""

from __future__ import annotations

import http.client
import json
from functools import partial
from typing import Any
from uuid import UUID

from blake3 import blake3 as blake3_of

from stages.automation.executing.working import run_execution
from tests.network.conftest import Trio
from tests.network.people import Answer, Person
from tests.patience import PATIENCE, until

CONTACTS = [{"name": "name", "type": "Text"}, {"name": "email", "type": "Text"}]
JANE = {"name": "Jane", "email": "jane@co"}
# 2.5 MiB: several frames, and a blob in pieces.
DATA = bytes(range(256)) * 10_240


def list_records(person: Person, project: str, table: str) -> list[dict[str, Any]]:
    answer = person.request("GET", f"rpc/{project}/records/list?table={table}")
    assert answer.status == 200, answer
    found: list[dict[str, Any]] = answer.body["records"]
    return found


def test_the_usage_example_as_it_is_written(apart: Trio) -> None:
    """But for its first lines: the two peers are there."""
    network, peer_a, peer_b = apart.network, apart.a, apart.b
    made = peer_a.owner.request("POST", "rpc/workspace/create", {"name": "Show"})
    network.project = project = made.body["workspace_id"]
    peer_a.owner.call(project, "tables/create", name="Contacts", fields=CONTACTS)
    peer_a.owner.call(project, "records/create", table="Contacts", fields=JANE)

    network.connect(peer_a, peer_b)
    network.wait_for_sync()

    (record,) = list_records(peer_b.owner, project, "Contacts")
    assert record["fields"] == JANE
    network.partition({peer_a}, {peer_b})
    update = {"entity_id": record["entity_id"], "table": "Contacts", "fields": {"email": "jane@show"}}
    peer_b.owner.call(project, "records/update", **update)
    assert list_records(peer_a.owner, project, "Contacts")[0]["fields"] == JANE
    network.heal()
    network.assert_same()
    assert list_records(peer_a.owner, project, "Contacts")[0]["fields"] == {**JANE, "email": "jane@show"}


def test_a_workspace_is_created_at_one_site_and_joined_at_another(apart: Trio) -> None:
    """Case 1, by the routes of the engine."""
    network, a, b = apart.network, apart.a, apart.b
    made = a.owner.request("POST", "rpc/workspace/create", {"name": "Show", "description": "Paperwork"})
    assert (made.status, made.body["name"]) == (200, "Show")
    network.project = project = made.body["workspace_id"]
    a.owner.call(project, "tables/create", name="Contacts", fields=CONTACTS)
    invitation = {"invitation": network.invite(a)}
    joined = b.owner.request("POST", "rpc/workspace/join", invitation)
    assert (joined.status, joined.body) == (200, {"workspace_id": project, "name": "Show"})

    def tables() -> Any:
        return b.owner.request("GET", f"rpc/{project}/tables/list").body["tables"]

    until(tables, "the tables are at B", 5)
    listed = {each["id"]: each for each in b.owner.get("projects/")["results"]}
    assert (listed[project]["name"], listed[project]["status"], listed[project]["role"]) == ("Show", "replica", "owner")
    again = apart.c.owner.request("POST", "rpc/workspace/join", invitation)
    assert (again.status, again.code) == (403, "permission_denied")
    there = b.owner.request("POST", "rpc/workspace/join", {"invitation": network.invite(a)})
    assert (there.status, there.code) == (409, "conflict")


def test_a_script_runs_at_one_site_and_what_it_made_is_at_all(trio: Trio) -> None:
    network, (a, b, _c), project = trio.network, trio.sites, trio.project
    a.owner.call(project, "tables/create", name="contacts", fields=CONTACTS)
    network.wait_for_sync()
    scripts = f"projects/{project}/scripts/"
    source = "core.create_entity('contacts', {name = 'Ada', email = 'ada@co'})\n"
    saved = b.owner.post(scripts, {"name": "people", "source": source, "settings": {}})
    grants = {"read": ["contacts"], "write": ["contacts"], "network": [], "files": []}
    b.owner.post(f"{scripts}{saved['id']}/switch/", {"sha256": saved["sha256"], "is_on": True, "grants": grants})
    execution = b.owner.call(project, "scripts/run", script="people")["execution_id"]
    with b.opened():
        # What a worker does, of which the sites of tests have none.
        run_execution(UUID(execution))
    done = b.owner.get(f"executions/{execution}/")
    assert done["state"] == "succeeded", done
    network.wait_for_sync()
    assert [list_records(site.owner, project, "contacts") for site in trio.sites] == [[], [], []]
    b.owner.post(f"proposals/{done['proposal_id']}/submit/")
    b.owner.post(f"proposals/{done['proposal_id']}/accept/", {"round": 1})
    network.assert_same()
    for site in trio.sites:
        (record,) = list_records(site.owner, project, "contacts")
        assert record["fields"] == {"name": "Ada", "email": "ada@co"}, site.name


def upload(person: Person, project: str, entity: str) -> dict[str, Any]:
    """Upload a file for a record by the engine's route."""
    connection = http.client.HTTPConnection("127.0.0.1", person.site.node.port, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/octet-stream"}
    try:
        connection.request("POST", f"/api/rpc/{project}/blobs/upload?name=run.log&entity={entity}", DATA, headers)
        response = connection.getresponse()
        answer = Answer(response.status, response.read())
    finally:
        connection.close()
    assert answer.status == 200, answer
    found: dict[str, Any] = json.loads(answer.body)
    return found


def test_a_file_of_one_site_is_fetched_where_it_is_opened_from_whoever_has_it(trio: Trio) -> None:
    network, (a, b, c), project = trio.network, trio.sites, trio.project
    fields = [{"name": "title", "type": "Text"}, {"name": "report", "type": "BlobReference"}]
    a.owner.call(project, "tables/create", name="tests", fields=fields)
    network.wait_for_sync()
    entity = b.owner.call(project, "records/create", table="tests", fields={"title": "Run"})["entity_id"]
    file = upload(b.owner, project, entity)
    assert file["hash"] == blake3_of(DATA).hexdigest()
    b.owner.call(project, "records/update", entity_id=entity, table="tests", fields={"report": file["value"]})
    network.assert_same()
    # On demand: nothing of it has crossed a link yet.
    assert a.rows("SELECT 1 FROM replication_wantedcontent WHERE hash = %s", [file["hash"]]) == []
    path = f"v1/projects/{project}/home/files/{file['hash']}/"
    network.disconnect(b, c)
    first = c.owner.request("GET", path)
    assert (first.status, first.code) == (404, "not_here_yet")
    assert b.name in str(first.body)
    network.heal((b, c))
    until(partial(has_file, c.owner, path), "C has it of B")
    network.disconnect(a, b)
    network.disconnect(b, c)
    until(partial(has_file, a.owner, path), "A has it of C, while B is away")
    network.heal()


def has_file(person: Person, path: str) -> bool:
    answer = person.request("GET", path)
    assert answer.status in (200, 404), answer
    return bool(answer.body == DATA)
