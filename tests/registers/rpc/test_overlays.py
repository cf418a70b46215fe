"""Overlays: what is staged is seen by its person only, and written as one bundle."""

from __future__ import annotations

import pytest

from stages.registers.models import Bundle
from tests.registers.rpc.peer import Peer, peers  # noqa: F401 (a fixture)


@pytest.fixture
def jane(peers: tuple[Peer, Peer]) -> str:  # noqa: F811
    """A record that both know."""
    peers[0].create_table("Contacts", [("name", "Text"), ("email", "Text")])
    return peers[0].create_record("Contacts", name="Jane", email="jane@co")


def bundles(peer: Peer) -> int:
    return Bundle.objects.filter(project=peer.project).count()


def test_what_is_staged_is_committed_as_one_bundle(peers: tuple[Peer, Peer], jane: str) -> None:  # noqa: F811
    mine, theirs = peers
    overlay = mine.call("overlays/create", name="Draft")["overlay_id"]
    before = bundles(mine)
    answer = mine.update(jane, "Contacts", name="Jane Doe")
    assert (answer["bundle_id"], answer["overlay_id"]) == (None, overlay)
    ann = mine.create_record("Contacts", name="Ann")
    mine.call("edges/create", source=jane, target=ann, edge_type="knows")
    mine.update(ann, "Contacts", email="ann@co")
    mine.create_table("Cast", [("role", "Text")])
    mine.create_record("Cast", role="Hamlet")
    assert {each["fields"]["name"] for each in mine.list_records("Contacts")} == {"Jane Doe", "Ann"}
    assert len(mine.get(f"edges/list?entity={jane}")["edges"]) == 1
    assert [each["fields"]["name"] for each in theirs.list_records("Contacts")] == ["Jane"]
    assert [each["name"] for each in theirs.get("tables/list")["tables"]] == ["Contacts"]
    assert bundles(mine) == before
    assert mine.call("overlays/commit")["bundle_id"]
    assert bundles(mine) == before + 1
    assert {each["fields"]["name"] for each in theirs.list_records("Contacts")} == {"Jane Doe", "Ann"}
    assert len(theirs.list_records("Cast")) == 1
    assert mine.get("overlays/list")["overlays"] == []


def test_what_is_discarded_leaves_no_trace(peers: tuple[Peer, Peer], jane: str) -> None:  # noqa: F811
    mine, _theirs = peers
    before = bundles(mine)
    mine.call("overlays/create")
    mine.call("records/delete", entity_id=jane)
    assert mine.list_records("Contacts") == []
    assert mine.refused(f"records/{jane}", method="GET")["status"] == 404
    mine.call("overlays/discard")
    assert len(mine.list_records("Contacts")) == 1
    assert bundles(mine) == before


def test_overlays_are_swapped_stashed_and_recalled(peers: tuple[Peer, Peer], jane: str) -> None:  # noqa: F811
    mine, theirs = peers
    first = mine.call("overlays/create", name="First")["overlay_id"]
    mine.update(jane, "Contacts", name="One")
    second = mine.call("overlays/create", name="Second")["overlay_id"]
    assert mine.fields(jane, "Contacts")["name"] == "Jane"
    mine.update(jane, "Contacts", name="Two")
    mine.call("overlays/activate", overlay_id=first)
    assert mine.fields(jane, "Contacts")["name"] == "One"
    mine.call("overlays/stash")
    assert mine.fields(jane, "Contacts")["name"] == "Jane"
    active = {each["name"]: each["active"] for each in mine.get("overlays/list")["overlays"]}
    assert active == {"First": False, "Second": False}
    mine.call("overlays/commit", overlay_id=second)
    assert theirs.fields(jane, "Contacts")["name"] == "Two"
    assert theirs.get("overlays/list")["overlays"] == []
    assert theirs.refused("overlays/activate", {"overlay_id": first})["status"] == 404


def test_undo_and_redo_within_an_overlay(peers: tuple[Peer, Peer], jane: str) -> None:  # noqa: F811
    mine, _theirs = peers
    mine.call("overlays/create")
    mine.update(jane, "Contacts", name="One")
    mine.update(jane, "Contacts", name="Two")
    mine.call("undo")
    assert mine.fields(jane, "Contacts")["name"] == "One"
    mine.call("redo")
    assert mine.fields(jane, "Contacts")["name"] == "Two"
    mine.call("undo")
    mine.call("undo")
    assert mine.fields(jane, "Contacts")["name"] == "Jane"
    assert mine.refused("undo", {})["status"] == 409
    assert mine.call("overlays/commit")["bundle_id"] is None


@pytest.mark.parametrize(("choice", "name"), [("keep_mine", "Mine"), ("use_canonical", "Theirs")])
def test_only_what_drifted_is_decided(peers: tuple[Peer, Peer], jane: str, choice: str, name: str) -> None:  # noqa: F811
    mine, theirs = peers
    overlay = mine.call("overlays/create")["overlay_id"]
    mine.update(jane, "Contacts", name="Mine")
    theirs.update(jane, "Contacts", email="other@co")
    assert mine.get("overlays/list")["overlays"][0]["drift"] == []
    theirs.update(jane, "Contacts", name="Theirs")
    refused = mine.refused("overlays/commit", {})
    assert (refused["code"], refused["overlay_id"]) == ("drifted", overlay)
    [field] = refused["fields"]
    assert (field["field"], field["mine"], field["canonical"]) == ("name", "Mine", "Theirs")
    resolution = {"entity_id": jane, "table": "Contacts", "field": "name", "choice": choice}
    mine.call("overlays/commit", resolutions=[resolution])
    assert dict(theirs.fields(jane, "Contacts")) == {"name": name, "email": "other@co"}


@pytest.mark.parametrize(("choice", "lives"), [("keep_mine", True), ("use_canonical", False)])
def test_a_record_that_was_deleted_meanwhile(
    peers: tuple[Peer, Peer],  # noqa: F811
    jane: str,
    choice: str,
    lives: bool,
) -> None:
    mine, theirs = peers
    mine.call("overlays/create")
    mine.update(jane, "Contacts", name="Mine")
    theirs.call("records/delete", entity_id=jane)
    [field] = mine.refused("overlays/commit", {})["fields"]
    assert (field["entity_id"], field["field"]) == (jane, "")
    mine.call("overlays/commit", resolutions=[{"entity_id": jane, "choice": choice}])
    assert len(theirs.list_records("Contacts")) == int(lives)


def test_the_same_value_is_no_drift(peers: tuple[Peer, Peer], jane: str) -> None:  # noqa: F811
    mine, theirs = peers
    mine.call("overlays/create")
    mine.update(jane, "Contacts", name="Same")
    theirs.update(jane, "Contacts", name="Same")
    assert mine.call("overlays/commit")["bundle_id"]


def test_what_cannot_be_is_refused_while_it_is_staged(peers: tuple[Peer, Peer], jane: str) -> None:  # noqa: F811
    mine, _theirs = peers
    mine.call("overlays/create")
    for body in ({"name": 1}, {"nothing": "x"}):
        refused = mine.refused("records/update", {"entity_id": jane, "table": "Contacts", "fields": body})
        assert refused["status"] == 400
    mine.call("records/delete", entity_id=jane)
    assert mine.refused("records/delete", {"entity_id": jane})["status"] == 404
    assert mine.get("overlays/list")["overlays"][0]["operations"] == 1


def test_an_overlay_stays_small_enough_for_a_bundle(peers: tuple[Peer, Peer]) -> None:  # noqa: F811
    mine, _theirs = peers
    mine.create_table("Notes", [(f"note{at}", "Text") for at in range(60)])
    record = mine.create_record("Notes")
    mine.call("overlays/create")
    filled = {f"note{at}": "x" * 64 * 1024 for at in range(60)}
    for _each in range(2):
        mine.update(record, "Notes", **filled)
    refused = mine.refused("records/update", {"entity_id": record, "table": "Notes", "fields": filled})
    assert refused["status"] == 413
    assert len(mine.list_records("Notes")) == 1
    assert mine.call("overlays/commit")["bundle_id"]
