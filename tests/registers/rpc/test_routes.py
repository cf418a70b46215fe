"""The routes of the engine's core design, as they are written there."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from accounts.models import User
from projects.models import Member
from stages.registers.services.records import merge
from tests.cast import new_caller
from tests.registers.rpc.peer import Peer, peers  # noqa: F401 (a fixture)

CONTACTS = [("name", "Text"), ("email", "Text")]
NOBODY = "01900000-0000-7000-8000-00000000ffff"


@pytest.fixture
def peer(peers: tuple[Peer, Peer]) -> Peer:  # noqa: F811
    peers[0].create_table("Contacts", CONTACTS)
    return peers[0]


def test_the_usage_example_but_for_its_network(peers: tuple[Peer, Peer]) -> None:  # noqa: F811
    peer_a, peer_b = peers
    peer_a.create_table("Contacts", CONTACTS)
    peer_a.create_record("Contacts", name="Jane", email="jane@co")
    [record] = peer_b.list_records("Contacts")
    assert record["fields"] == {"name": "Jane", "email": "jane@co"}


def test_tables_and_records(peer: Peer) -> None:
    [table] = peer.get("tables/list")["tables"]
    assert (table["name"], [each["name"] for each in table["fields"]]) == ("Contacts", ["name", "email"])
    jane = peer.create_record("Contacts", name="Jane")
    answer = peer.update(jane, "Contacts", email="jane@co")
    assert answer["bundle_id"] is not None
    assert answer["overlay_id"] is None
    assert peer.fields(jane, "Contacts") == {"name": "Jane", "email": "jane@co"}
    peer.call("records/delete", entity_id=jane)
    assert peer.list_records("Contacts") == []
    assert peer.refused(f"records/{jane}", method="GET")["status"] == 404
    peer.call("undo")
    assert [each["entity_id"] for each in peer.list_records("Contacts")] == [jane]
    peer.call("redo")
    assert peer.list_records("Contacts") == []


def test_a_repeat_is_answered_as_before(peer: Peer) -> None:
    key = {"Idempotency_Key": str(uuid.uuid4())}
    body = {"table": "Contacts", "fields": {"name": "Jane"}}
    address = f"/api/rpc/{peer.project.id}/records/create"
    answers = [peer.api.post(address, body, **key).json() for _time in range(2)]
    assert answers[0] == answers[1]
    assert len(peer.list_records("Contacts")) == 1


def test_edges(peer: Peer) -> None:
    jane, *others = [peer.create_record("Contacts", name=each) for each in ("Jane", "Ann", "Ben", "Cleo")]
    edges = [
        peer.call("edges/create", source=jane, target=each, edge_type="knows", position=at)["edge_id"]
        for at, each in enumerate(others)
    ]
    peer.call("edges/reorder", edge_id=edges[2], position=0)
    listed = peer.get(f"edges/list?entity={jane}")["edges"]
    assert [each["edge_id"] for each in listed] == [edges[2], edges[0], edges[1]]
    peer.call("edges/reorder", edge_id=edges[0], new_index="Zz")
    assert peer.get(f"edges/list?entity={jane}")["edges"][0]["edge_id"] == edges[0]
    plain = peer.call("edges/create", source=others[0], target=jane, properties={"since": "2020"})["edge_id"]
    [found] = [each for each in peer.get(f"edges/list?entity={jane}")["edges"] if each["edge_id"] == plain]
    assert (found["edge_type"], found["properties"], found["fractional_index"]) == (None, {"since": "2020"}, None)


def test_field_mappings_and_conflicts(peer: Peer) -> None:
    peer.create_table("Cast", [("name", "Text")])
    jane = peer.create_record("Contacts", name="Jane")
    other = peer.create_record("Cast", name="Jane D.")
    merge(caller=new_caller(owner_of(peer)), project_id=peer.project.id, record=jane, absorbed=other)
    mapped = peer.call("field-mappings/confirm", facet_a="Cast", field_a="name", facet_b="Contacts", field_b="name")
    assert mapped["differ"] == 1
    [conflict] = peer.get("conflicts/list")["conflicts"]
    assert (conflict["entity_id"], conflict["field"], len(conflict["tips"])) == (jane, "name", 2)
    peer.call("conflicts/resolve", entity_id=jane, table="Contacts", field="name", value="Jane Doe")
    assert peer.get("conflicts/list")["conflicts"] == []
    assert peer.fields(jane, "Cast")["name"] == "Jane Doe"
    refused = peer.refused("conflicts/resolve", {"entity_id": jane, "table": "Cast", "field": "name", "value": "x"})
    assert refused["status"] == 409


def owner_of(peer: Peer) -> User:
    return Member.objects.get(project=peer.project, role="owner").user


BAD: tuple[tuple[int, str, str, Any], ...] = (
    (400, "POST", "tables/create", {}),
    (400, "POST", "tables/create", {"name": "x", "fields": [{"name": "a", "type": "Money"}]}),
    (400, "POST", "tables/create", {"name": "foundry.table"}),
    (409, "POST", "tables/create", {"name": "Contacts"}),
    (404, "POST", "records/create", {"table": "Nothing", "fields": {}}),
    (400, "POST", "records/create", {"table": "Contacts", "fields": {"nothing": 1}}),
    (400, "POST", "records/create", {"table": "Contacts", "fields": {"name": 1}}),
    (400, "POST", "records/create", {"table": "Contacts", "fields": []}),
    (413, "POST", "records/create", {"table": "Contacts", "fields": {"name": "x" * 70_000}}),
    (404, "POST", "records/update", {"entity_id": NOBODY, "table": "Contacts", "fields": {"name": "x"}}),
    (404, "POST", "records/update", {"entity_id": "no id", "table": "Contacts", "fields": {"name": "x"}}),
    (404, "POST", "records/delete", {"entity_id": NOBODY}),
    (404, "GET", f"records/{NOBODY}", None),
    (404, "GET", "records/list?table=Nothing", None),
    (404, "GET", "records/list", None),
    (400, "GET", "records/list?table=Contacts&limit=0", None),
    (404, "POST", "edges/create", {"source": NOBODY, "target": NOBODY}),
    (400, "POST", "edges/create", {"source": NOBODY}),
    (400, "GET", "edges/list", None),
    (400, "GET", "edges/list?entity=x", None),
    (404, "GET", f"edges/list?entity={NOBODY}", None),
    (404, "POST", "edges/reorder", {"edge_id": NOBODY, "position": 0}),
    (404, "POST", "field-mappings/confirm", {"facet_a": "a", "field_a": "b", "facet_b": "c", "field_b": "d"}),
    (404, "POST", "conflicts/resolve", {"entity_id": NOBODY, "table": "Contacts", "field": "name", "value": 1}),
    (404, "POST", "overlays/activate", {"overlay_id": NOBODY}),
    (400, "POST", "overlays/activate", {}),
    (404, "POST", "overlays/stash", {}),
    (404, "POST", "overlays/commit", {}),
    (404, "POST", "overlays/discard", {"overlay_id": NOBODY}),
    (400, "POST", "overlays/create", {"name": ""}),
    (400, "POST", "overlays/commit", {"resolutions": [{"entity_id": NOBODY, "choice": "both"}]}),
    (409, "POST", "redo", {}),
)


@pytest.mark.parametrize(("status", "method", "route", "body"), BAD)
def test_bad_input(peer: Peer, status: int, method: str, route: str, body: Any) -> None:
    assert peer.refused(route, body, method=method)["status"] == status


def test_what_is_there_already(peer: Peer) -> None:
    jane, ann = (peer.create_record("Contacts", name=each) for each in ("Jane", "Ann"))
    peer.call("edges/create", source=jane, target=ann, edge_type="knows")
    assert peer.refused("edges/create", {"source": jane, "target": ann, "edge_type": "knows"})["status"] == 409
    assert peer.refused("edges/create", {"source": jane, "target": jane})["status"] == 409
    for index in ("", "a-", "a0 ", "a" * 5_000):
        body = {"source": ann, "target": jane, "fractional_index": index}
        assert peer.refused("edges/create", body)["code"] == "validation_failed"


def test_records_are_sorted_filtered_and_searched(peer: Peer) -> None:
    for name in ("Bo", "Ann", "Cy"):
        peer.create_record("Contacts", name=name)
    listed = lambda query: [each["fields"]["name"] for each in peer.list_records(f"Contacts&{query}")]  # noqa: E731
    assert listed("sort=name") == ["Ann", "Bo", "Cy"]
    assert listed("sort=-name&limit=2&offset=1") == ["Bo", "Ann"]
    assert listed("filter=name:is:Bo|Cy&sort=name") == ["Bo", "Cy"]
    assert listed("q=ann") == ["Ann"]
    assert peer.refused("records/list?table=Contacts&sort=nothing", method="GET")["status"] == 400
    peer.call("overlays/create", name="Draft")
    peer.create_record("Contacts", name="Di")
    assert len(peer.list_records("Contacts")) == 4
    refused = peer.refused("records/list?table=Contacts&sort=name", method="GET")
    assert (refused["status"], list(refused["errors"])) == (400, ["sort"])


def test_shared_texts_are_not_set(peer: Peer) -> None:
    """Case 4."""
    peer.call("tables/create", name="Notes", fields=[{"name": "body", "type": "Text", "crdt": True}])
    note = peer.create_record("Notes", body="Stage left")
    refused = peer.refused("records/update", {"entity_id": note, "table": "Notes", "fields": {"body": "x"}})
    assert (refused["status"], list(refused["errors"])) == (400, ["body"])
    assert peer.fields(note, "Notes") == {"body": "Stage left"}


def test_a_file_is_uploaded_attached_and_read_again(peer: Peer) -> None:
    peer.call("tables/create", name="Cues", fields=[{"name": "sound", "type": "BlobReference"}])
    cue = peer.create_record("Cues")
    address = f"/api/rpc/{peer.project.id}/blobs/"
    answer = peer.api._client.post(address + f"upload?name=thunder.txt&entity={cue}", b"Boom", "text/plain")
    assert answer.status_code == 200, answer.content
    found = answer.json()
    peer.update(cue, "Cues", sound=found["value"])
    assert peer.fields(cue, "Cues")["sound"]["blake3"] == found["hash"]
    read = peer.api.get(address + found["hash"])
    assert b"".join(read.streaming_content) == b"Boom"
    assert peer.refused(f"blobs/{found['hash']}/thumbnail", method="GET")["status"] == 404
    assert peer.refused("blobs/upload?name=x", b"")["status"] == 400
    assert peer.refused("blobs/upload", b"x")["status"] == 400
