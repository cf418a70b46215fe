"""Tables, records, links and decisions over REST."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from audit.models import Event
from projects.models import Status
from tests.registers.api.world import RISKS, Person, ed, people  # noqa: F401 (fixtures)


def test_a_table_is_made_read_changed_and_removed(ed: Person) -> None:  # noqa: F811
    listed = ed.get("tables/")["results"]
    assert [(each["table"], each["count"]) for each in listed] == [("requirements", 0), ("risks", 0)]
    table = ed.get("tables/requirements/")
    assert [each["name"] for each in table["columns"]] == ["key", "title", "prio", "due", "status", "body", "code"]
    ed.send("PATCH", "tables/risks/", {"title": "Risks", "key_prefix": "RSK"})
    ed.post("tables/risks/columns/", {"name": "owner", "type": "Text"})
    ed.send("PATCH", "tables/risks/columns/owner/", {"title": "Owner", "traced": True})
    column = ed.get("tables/risks/columns/owner/")
    assert (column["type"], column["title"], column["traced"]) == ("text", "Owner", True)
    ed.send("DELETE", "tables/risks/columns/owner/")
    ed.send("DELETE", "tables/risks/")
    assert ed.refused("GET", "tables/risks/") == (404, "not_found")
    assert ed.refused("POST", "tables/", RISKS) == (409, "conflict")
    ed.post("tables/risks/restore/")
    assert ed.get("tables/risks/")["title"] == "Risks"
    assert ed.send("PATCH", "tables/risks/", {"title": "Risks"}) == {"bundle": None}


def test_relations_and_views(ed: Person) -> None:  # noqa: F811
    relation = {"type": "mitigates", "source": "requirements", "target": "risks", "inverse": "mitigated by"}
    ed.post("relations/", relation)
    ed.send("PATCH", "relations/mitigates/", {"properties": {"weight": "integer"}})
    assert ed.get("relations/")["results"][0]["properties"] == {"weight": "integer"}
    ed.send("DELETE", "relations/mitigates/")
    ed.post("tables/requirements/views/", {"name": "Urgent", "query": "filter=prio:is:1"})
    ed.create(title="a", prio=1)
    ed.create(title="b", prio=2)
    assert ed.get("tables/requirements/records/?view=Urgent")["count"] == 1
    assert ed.get("tables/requirements/views/")["results"][0]["name"] == "Urgent"
    ed.send("DELETE", "tables/requirements/views/Urgent/")
    assert ed.refused("GET", "tables/requirements/records/?view=Urgent") == (404, "not_found")


def test_a_record_is_one_bundle_and_one_event(ed: Person) -> None:  # noqa: F811
    """Case 1."""
    made = ed.post("tables/requirements/records/", {"values": {"title": "Pump stops", "prio": 2}})
    assert len(made["bundle"]["operations"]) == 5
    [row] = ed.get("tables/requirements/records/")["results"]
    assert row["values"] | {"due": None} == {
        "key": "REQ-1",
        "title": "Pump stops",
        "prio": 2,
        "due": None,
        "status": None,
        "body": None,
        "code": None,
    }
    event = Event.objects.of_project(ed.project.id).filter(action="register.changed").latest("seq")
    assert event.data["bundle_id"] == made["bundle"]["bundle_id"]
    history = ed.get(f"records/{row['id']}/history/")
    assert [each["payload"]["type"] for each in history["results"]][-2:] == ["AttachFacet", "CreateEntity"]
    assert ed.get(f"records/{row['id']}/history/?limit=2")["before"] is not None


def test_a_repeat_is_answered_as_before(ed: Person) -> None:  # noqa: F811
    key = {"Idempotency_Key": str(uuid4())}
    first, second = (ed.post("tables/requirements/records/", {"values": {"title": "a"}}, **key) for _time in range(2))
    assert first == second
    assert ed.get("tables/requirements/records/")["count"] == 1
    risk = ed.create("risks")
    key = {"Idempotency_Key": str(uuid4())}
    body = {"source": first["records"][0], "target": risk}
    assert len({ed.post("edges/", body, **key)["edge"] for _time in range(2)}) == 1


def test_records_are_sorted_filtered_and_read_in_parts(ed: Person) -> None:  # noqa: F811
    ed.post("tables/requirements/records/", {"rows": [{"title": f"t{at}", "prio": at % 3} for at in range(12)]})
    found = ed.get("tables/requirements/records/?sort=-prio,key&offset=1&limit=2")
    assert (found["count"], found["offset"]) == (12, 1)
    assert [each["key"] for each in found["results"]] == ["REQ-6", "REQ-9"]
    assert ed.get("tables/requirements/records/?filter=prio:is:0&q=t3")["count"] == 1
    for wrong in ("sort=nothing", "filter=prio", "filter=nothing:is:1", "limit=0", "offset=-1", "filter=prio:is:high"):
        assert ed.refused("GET", f"tables/requirements/records/?{wrong}") == (400, "validation_failed"), wrong


def test_the_ten_types_come_back_as_they_were_written(ed: Person) -> None:  # noqa: F811
    """Case 2."""
    risk = ed.create("risks", title="x")
    unknown = {"blake3": "ab" * 32, "name": "a.pdf", "size": 14, "media_type": "application/pdf"}
    upload = f"/api/rpc/{ed.project.id}/blobs/upload?name=a.txt"
    file = ed.api._client.post(upload, b"a file of text", "text/plain").json()["value"]
    values: dict[str, Any] = {
        "text": "é\n😀",
        "integer": -(2**53) + 1,
        "float": 1.5,
        "boolean": False,
        "date": "2026-12-11",
        "datetime": "2026-12-11T13:52:00.123Z",
        "duration": 86_400_000,
        "enum": "open",
        "entity-reference": {"entity": risk},
        "blob-reference": file,
    }
    options = [{"id": "open", "title": "Open"}]
    columns = [{"name": each, "type": each, **({"options": options} if each == "enum" else {})} for each in values]
    ed.post("tables/", {"table": "types", "columns": columns})
    record = ed.create("types", **values)
    assert ed.values(record, "types") == values
    refused = ed.problem("PATCH", f"records/{record}/", {"table": "types", "values": {"blob-reference": unknown}})
    assert (refused["status"], list(refused["errors"])) == (400, ["blob-reference"])
    for name in values:
        ed.set(record, {name: None}, "types")
    assert set(ed.values(record, "types").values()) == {None}


def test_a_stale_base_names_three_values(ed: Person) -> None:  # noqa: F811
    """Case 6."""
    record = ed.create(title="was")
    base = {"title": ed.tips(record, "title")}
    ed.set(record, {"title": "x"}, base=base)
    body = {"table": "requirements", "values": {"title": "y"}, "base": base}
    stale = ed.problem("PATCH", f"records/{record}/", body)
    assert (stale["code"], stale["base"], stale["theirs"], stale["yours"]) == ("stale_base", "was", "x", "y")
    assert stale["tips"] == ed.tips(record, "title")


def test_deleted_and_restored(ed: Person) -> None:  # noqa: F811
    """Case 8."""
    record, others = ed.create(title="a"), [ed.create("risks") for _ in range(3)]
    edges = {ed.link(record, each, type="mitigates") for each in others}
    ed.send("DELETE", f"records/{record}/")
    assert ed.get(f"records/{record}/")["is_deleted"]
    assert ed.get("edges/")["results"] == []
    assert ed.refused("DELETE", f"records/{record}/") == (404, "not_found")
    ed.post(f"records/{record}/restore/")
    assert {each["id"] for each in ed.get(f"edges/?record={record}")["results"]} == edges
    assert ed.refused("POST", f"records/{record}/restore/") == (409, "conflict")
    kinds = [each["payload"]["type"] for each in ed.get(f"records/{record}/history/")["results"]]
    assert kinds[:2] == ["CreateEntity", "DeleteEntity"]


def test_many_cells_are_one_bundle_and_one_undo(ed: Person) -> None:  # noqa: F811
    first, second = ed.create(title="a"), ed.create(title="b")
    cells = [
        {"record": first, "table": "requirements", "field": "due", "text": "11 Dec 2026", "row": 1},
        {"record": second, "table": "requirements", "field": "due", "value": "2026-12-12", "row": 2},
    ]
    rows = [{"title": "c", "due": "13 Dec 2026"}]
    done = ed.post("cells/", {"cells": cells, "table": "requirements", "rows": rows, "typed": True})
    assert [ed.values(each)["due"] for each in (first, second, *done["records"])] == [
        *("2026-12-11", "2026-12-12", "2026-12-13")
    ]
    wrong = [{**cells[0], "row": 617, "text": "mid-January"}]
    refused = ed.problem("POST", "cells/", {"cells": wrong, "table": "requirements", "rows": rows, "typed": True})
    assert list(refused["errors"]) == ["rows.617.due"]
    ed.post("undo/")
    assert [ed.values(each).get("due") for each in (first, second)] == [None, None]
    ed.post("redo/")
    assert ed.values(first)["due"] == "2026-12-11"


def test_undo_names_what_stays(people: dict[str, Person], ed: Person) -> None:  # noqa: F811
    """Case 38."""
    record = ed.create(title="a", prio=1)
    ed.set(record, {"title": "b", "prio": 2})
    people["olga"].set(record, {"title": "c"})
    undone = ed.post("undo/")
    assert undone["kept"][0]["by"] == "Olga"
    assert ed.values(record)["prio"] == 1
    assert ed.values(record)["title"] == "c"
    fresh = ed.create(title="x")
    people["olga"].set(fresh, {"title": "y"})
    refused = ed.problem("POST", "undo/")
    assert (refused["status"], refused["kept"][0]["by"]) == (409, "Olga")


def test_tables_of_a_record_merge_and_split(ed: Person) -> None:  # noqa: F811
    """Case 22."""
    one, other = ed.create(title="S"), ed.create(title="A", prio=3)
    ed.post(f"records/{one}/merge/", {"absorbed": other})
    assert ed.get(f"records/{other}/")["id"] == one
    assert ed.refused("POST", f"records/{one}/merge/", {"absorbed": other}) == (409, "conflict")
    found = ed.get("conflicts/")["results"]
    title = next(each for each in found if each["field"] == "title")
    tips = [tip["op_id"] for tip in title["tips"]]
    assert sorted(tip["value"] for tip in title["tips"]) == ["A", "S"]
    address = f"conflicts/{title['id']}/resolve/"
    stale = ed.problem("POST", address, {"value": "one", "tips": tips[:1]})
    assert (stale["status"], sorted(stale["tips"])) == (409, sorted(tips))
    ed.post(address, {"value": "one", "tips": tips})
    assert ed.refused("POST", address, {"value": "one", "tips": tips}) == (409, "conflict")
    ed.post(f"records/{one}/split/", {"member": other})
    assert [ed.values(each)["title"] for each in (one, other)] == ["one", "one"]
    assert ed.refused("POST", f"records/{one}/split/", {"member": other}) == (409, "conflict")
    ed.post(f"records/{one}/facets/", {"table": "risks", "values": {"title": "r"}})
    assert ed.refused("POST", f"records/{one}/facets/", {"table": "risks"}) == (409, "conflict")
    new = ed.post(f"records/{one}/split/", {"tables": ["risks"]})["record"]
    assert ed.values(new, "risks")["title"] == "r"
    assert ed.refused("DELETE", f"records/{one}/facets/requirements/") == (409, "conflict")


def test_ordered_links_are_moved(ed: Person) -> None:  # noqa: F811
    ed.post("relations/", {"type": "contains", "ordered": True})
    parent, children = ed.create(), [ed.create() for _ in range(3)]
    edges = [ed.link(parent, each, type="contains") for each in children]
    ed.send("PATCH", f"edges/{edges[2]}/", {"at": 0})
    found = sorted(ed.get("edges/?type=contains")["results"], key=lambda each: each["index"])
    assert [each["id"] for each in found] == [edges[2], edges[0], edges[1]]
    for index in ("", "a-", "a0 ", "a" * 5_000):
        assert ed.refused("PATCH", f"edges/{edges[0]}/", {"index": index}) == (400, "validation_failed")
        body = {"source": children[0], "target": children[1], "type": "contains", "index": index}
        assert ed.refused("POST", "edges/", body) == (400, "validation_failed")
    ed.post("edges/confirm/", {"edges": edges})
    ed.send("DELETE", f"edges/{edges[0]}/")
    assert ed.refused("DELETE", f"edges/{edges[0]}/") == (404, "not_found")


def test_mapped_fields(ed: Person) -> None:  # noqa: F811
    """Case 27."""
    record = ""
    for title, risk in (("same", "same"), ("one", "other"), ("filled", None)):
        record = ed.create(title=title)
        ed.post(f"records/{record}/facets/", {"table": "risks", "values": {"title": risk} if risk else {}})
    body = {"facet_a": "requirements", "field_a": "title", "facet_b": "risks", "field_b": "title"}
    states = {each["field_a"]: each["state"] for each in ed.get("mappings/")["results"]}
    assert states == {"title": "suggested", "prio": "suggested"}
    preview = ed.post("mappings/", {**body, "preview": True})
    assert preview["bundle"] is None
    assert (preview["preview"]["differ"], preview["preview"]["filled"]) == (1, 1)
    ed.post("mappings/", body)
    assert [each["kind"] for each in ed.get("conflicts/")["results"]] == ["field"]
    assert ed.values(record, "risks")["title"] == "filled"
    assert ed.refused("POST", "mappings/", body) == (409, "conflict")
    ed.post("mappings/", {**body, "confirmed": False})
    assert ed.values(record, "risks")["title"] == "filled"


def test_texts_in_which_people_write_together(ed: Person) -> None:  # noqa: F811
    """Case 4."""
    record = ed.create(title="a", body="Pump")
    ed.send("PUT", f"records/{record}/text/", {"table": "requirements", "field": "body", "text": "The pump stops."})
    assert ed.get(f"records/{record}/")["texts"]["requirements"]["body"] == "The pump stops."
    body = {"table": "requirements", "values": {"body": "x"}}
    assert ed.refused("PATCH", f"records/{record}/", body) == (400, "validation_failed")
    text = {"table": "requirements", "field": "title", "text": "x"}
    assert ed.refused("PUT", f"records/{record}/text/", text) == (400, "validation_failed")


def test_a_file_is_looked_at_then_written(ed: Person) -> None:  # noqa: F811
    text = "Key,title,due\n,Pump stops,11 Dec 2026\n,Pump leaks,mid-January\n"
    looked = ed.post("import/", {"table": "requirements", "text": text, "dry_run": True})
    assert (looked["problem_count"], looked["problems"][0]["row"], looked["problems"][0]["column"]) == (1, 3, "due")
    assert ed.post("import/", {"table": "requirements", "text": text})["bundle"] is None
    done = ed.post("import/", {"table": "requirements", "text": text.replace("mid-January", "2027-01-15")})
    assert (done["created"], done["problem_count"]) == (2, 0)
    answer = ed.api.get(ed.path("export/?table=requirements"))
    exported = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert exported.splitlines()[1].startswith("REQ-1,Pump stops,")
    again = ed.post("import/", {"table": "requirements", "text": exported})
    assert (again["bundle"], again["unchanged"]) == (None, 2)


def test_the_log_and_the_state(ed: Person) -> None:  # noqa: F811
    before = ed.get("state/")
    ed.create(title="a")
    after = ed.get("state/")
    assert before["state_hash"] != after["state_hash"]
    assert list(before["clock"]) == list(after["clock"])
    bundles = ed.get("bundles/?limit=2")
    assert [each["number"] for each in bundles["results"]] == [3, 2]


def test_the_matrix(ed: Person) -> None:  # noqa: F811
    assert ed.refused("GET", "matrix/") == (404, "not_found")
    ed.post("relations/", {"type": "mitigates", "source": "requirements", "target": "risks"})
    first, risk = ed.create(title="a"), ed.create("risks", title="r")
    ed.create("risks", title="gap")
    edge = ed.link(first, risk, type="mitigates")
    found = ed.get("matrix/?rows=risks")
    assert (found["confirmed"], found["suspect"], found["gaps"]) == (1, 0, 1)
    ed.set(first, {"title": "changed"})
    assert ed.get("matrix/?relation=mitigates")["suspect"] == 1
    ed.post("edges/confirm/", {"edges": [edge]})
    assert ed.get("matrix/?rows=risks")["confirmed"] == 1
    assert ed.refused("GET", "matrix/?relation=nothing") == (404, "not_found")


def test_who_may(people: dict[str, Person], ed: Person) -> None:  # noqa: F811
    vic = people["vic"]
    assert vic.get("tables/")["results"]
    assert vic.refused("POST", "tables/requirements/records/", {"nonsense": 1}) == (403, "permission_denied")
    ed.project.status = Status.FROZEN
    ed.project.save(update_fields=["status"])
    body = {"values": {"title": "a"}}
    assert ed.refused("POST", "tables/requirements/records/", body) == (409, "project_frozen")
    assert ed.get("tables/")["results"]
