"""Requests that somebody makes up to break something: each is refused or answered, never a mistake of the server."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from stages.registers.fold.stacks import redoable, undoable
from stages.registers.pages import matrix_views
from stages.registers.reading.matrices import Axes, choose_axes
from stages.registers.schema import Relation, Schema, Table
from tests.registers.api.world import Person, ed, people  # noqa: F401 (fixtures)


@pytest.mark.parametrize(
    "path",
    [
        "tables/requirements/records/?q=%00",
        "tables/requirements/records/?filter=title:is:%00",
        "tables/requirements/records/?filter=title:has:a%00",
        "tables/requirements/records/?filter=due:is:%00",
        "tables/requirements/records/?filter=:out:x%00:filled",
        "tables/requirements/records/?sort=%00",
        "tables/requirements/records/?view=%00",
        "tables/%00/records/",
        "edges/?type=%00",
        "edges/?record=%00",
        "matrix/?rows=%00",
        "matrix/?at=%00",
        "export/?table=%00",
    ],
)
def test_a_nul_in_an_address(ed: Person, path: str) -> None:  # noqa: F811
    assert ed.api.get(ed.path(path)).status_code < 500


@pytest.mark.parametrize(
    "query",
    ["q=%00", "filter=title:has:%00", "filter=title:is:%00", "sort=%00", "view=%00", "columns=%00", "q=a%00b"],
)
def test_a_nul_on_a_page(ed: Person, query: str) -> None:  # noqa: F811
    client = Client()
    client.force_login(User.objects.get(display_name="Ed"))
    for part in ("", "rows/", "rail/", "choices/", "cell/", "export/"):
        answer = client.get(f"/projects/{ed.project.id}/registers/tables/requirements/{part}?{query}")
        assert answer.status_code < 500, part


def test_a_nul_in_a_saved_view(ed: Person) -> None:  # noqa: F811
    for name, query in (("a", "q=%00"), ("b", "filter=title:is:%00")):
        answer = ed.api.request("POST", ed.path("tables/requirements/views/"), {"name": name, "query": query})
        assert answer.status_code < 500
        if answer.status_code == 201:
            assert ed.api.get(ed.path(f"tables/requirements/records/?view={name}")).status_code < 500
            client = Client()
            client.force_login(User.objects.get(display_name="Ed"))
            page = client.get(f"/projects/{ed.project.id}/registers/tables/requirements/?view={name}")
            assert page.status_code < 500


def test_a_record_with_more_words_than_the_search_takes(ed: Person) -> None:  # noqa: F811
    for at in range(20):
        ed.post("tables/risks/columns/", {"name": f"long{at}"})
    record = ed.create("risks", title="a")
    text = ""
    for at in range(20):
        text = " ".join(f"w{at}x{each:07}" for each in range(5_000))
        ed.set(record, {f"long{at}": text}, "risks")
    assert ed.values(record, "risks")["long19"] == text


def test_a_key_leaves_numbers_for_others(ed: Person) -> None:  # noqa: F811
    body = {"values": {"title": "a", "key": "REQ-999999999999999"}}
    assert ed.problem("POST", "tables/requirements/records/", body)["errors"].keys() == {"key"}
    ed.create(title="a", key="REQ-999999999998")
    assert ed.values(ed.create(title="b"))["key"] == "REQ-999999999999"


def test_rpc_ids_that_are_none(ed: Person) -> None:  # noqa: F811
    record = ed.create(title="a")
    for entity in ("x", "x" * 36, record.upper(), record.replace("-", ""), ""):
        for path, body in (
            ("conflicts/resolve", {"entity_id": entity, "table": "requirements", "field": "title", "value": 1}),
            ("records/update", {"entity_id": entity, "table": "requirements", "fields": {"title": "x"}}),
            ("records/delete", {"entity_id": entity}),
            ("edges/create", {"source": entity, "target": record}),
            ("edges/reorder", {"edge_id": entity, "position": 1}),
        ):
            answer = ed.api.request("POST", f"/api/rpc/{ed.project.id}/{path}", body)
            assert 400 <= answer.status_code < 500, (path, entity)


def test_odd_addresses_of_pages(ed: Person) -> None:  # noqa: F811
    client = Client()
    client.force_login(User.objects.get(display_name="Ed"))
    base = f"/projects/{ed.project.id}/registers/"
    for query in (f"traceability/?from={'9' * 5_000}", "traceability/?rows=%00", "traceability/?at=%00"):
        assert client.get(base + query).status_code < 500
    assert client.get(f"{base}conflicts/?of=%00").status_code < 500


def test_a_matrix_of_very_many_tables(ed: Person) -> None:  # noqa: F811
    names = [f"t{each}" for each in range(200)]
    tables = {each: Table(each) for each in names}
    schema = Schema("", tables, {each: Relation(each) for each in names})
    began = time.process_time()
    assert choose_axes(schema, "t198", "t199", "t199") == Axes("t198", "t199", "t199")
    assert choose_axes(schema, "", "", "") == Axes("t0", "t1", "t0")
    assert time.process_time() - began < 1


def test_very_many_options_are_refused_soon(ed: Person) -> None:  # noqa: F811
    client = Client()
    client.force_login(User.objects.get(display_name="Ed"))
    form = {"title": "Many", "type": "enum", "new_options": "a\n" * 100_000}
    began = time.process_time()
    answer = client.post(f"/projects/{ed.project.id}/registers/tables/requirements/columns/new/", form)
    assert answer.status_code == 400
    assert time.process_time() - began < 10


def test_what_a_person_can_undo_is_found_soon_among_very_many_bundles() -> None:
    def bundle(at: int, undoes: int | None = None) -> Any:
        return SimpleNamespace(
            header=SimpleNamespace(bundle_id=str(at), undoes=None if undoes is None else str(undoes))
        )

    bundles = [bundle(at) for at in range(50_000)]
    bundles += [bundle(50_000 + at, 49_999 - at) for at in range(10_000)]
    began = time.process_time()
    assert len(undoable(bundles)) == 40_000
    assert len(redoable(bundles)) == 10_000
    assert time.process_time() - began < 5


def test_a_conflict_of_texts_is_decided_by_a_text_and_once(ed: Person) -> None:  # noqa: F811
    one, other = (ed.create(title=each, body=f"Text of {each}") for each in ("a", "b"))
    ed.post(f"records/{one}/merge/", {"absorbed": other})
    (conflict,) = (each for each in ed.get("conflicts/")["results"] if each["kind"] == "text")
    path = f"conflicts/{conflict['id']}/resolve/"

    def text() -> str:
        found: str = ed.get(f"records/{one}/")["texts"]["requirements"]["body"]
        return found

    before = text()
    wrong: tuple[Any, ...] = (7, None, {})
    for value in wrong:
        assert ed.refused("POST", path, {"value": value}) == (400, "validation_failed")
        assert text() == before
    tips = [tip["op_id"] for tip in conflict["tips"]]
    for unseen in ([], tips[:1], ["x", "\u202e"]):
        assert ed.refused("POST", path, {"value": "Both", "tips": unseen}) == (409, "conflict")
        assert text() == before
    ed.post(path, {"value": "Both", "tips": tips})
    assert ed.refused("POST", path, {"value": "Late", "tips": tips}) == (409, "conflict")
    assert text() == "Both"


def test_a_matrix_that_is_too_large_for_a_file(ed: Person, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    ed.post("relations/", {"type": "mitigates", "source": "risks", "target": "requirements"})
    ed.create("risks", title="r")
    ed.create(title="a")
    ed.create(title="b")
    client = Client()
    client.force_login(User.objects.get(display_name="Ed"))
    monkeypatch.setattr(matrix_views, "MAX_SQUARES", 2)
    address = reverse("registers:matrix_export", args=[ed.project.id])
    assert client.get(address).status_code == 200
    ed.create(title="c")
    assert client.get(address).status_code == 413
