"""Bad input over REST: a clear refusal, nothing in part, no mistake of the server."""

from __future__ import annotations

from typing import Any

import pytest

from tests.registers.api.world import Person, ed, people  # noqa: F401 (fixtures)

NOBODY = "01900000-0000-7000-8000-00000000ffff"
NO_UUID7 = "01900000-0000-4000-8000-00000000ffff"
WRONG_VALUES: tuple[tuple[str, Any], ...] = (
    ("prio", "high"),
    ("prio", 2.0**53),
    ("prio", 1.5),
    ("prio", True),
    ("title", 1),
    ("title", ["a"]),
    ("title", {"a": 1}),
    ("title", {"reference": 1}),
    ("due", "2026-02-30"),
    ("due", "tomorrow"),
    ("status", "gone"),
    ("nothing", 1),
    ("", 1),
    ("x" * 200, 1),
)


@pytest.mark.parametrize(("name", "value"), WRONG_VALUES)
def test_wrong_values_name_their_column(ed: Person, name: str, value: Any) -> None:  # noqa: F811
    record = ed.create()
    before = ed.get("state/")
    body = {"table": "requirements", "values": {name: value}}
    for method, path, sent in (
        ("PATCH", f"records/{record}/", body),
        ("POST", "tables/requirements/records/", {"values": {name: value}}),
    ):
        refused = ed.problem(method, path, sent)
        assert (refused["status"], refused["code"]) == (400, "validation_failed")
        assert list(refused["errors"]) == [name[:100]]
    assert ed.get("state/") == before


def test_raw_bodies(ed: Person) -> None:  # noqa: F811
    record = ed.create()
    for raw in (
        b'{"table": "requirements", "values": {"title": NaN}}',
        b'{"table": "requirements", "values": {"title": "a\\u0000"}}',
        b'{"table": "requirements", "values": {"title": "\\ud800"}}',
        b'{"table": "requirements", "values": {"prio": 9007199254740992}}',
        b'{"table": "requirements", "values": {"title": "' + b"\xff" + b'"}}',
        b"[]",
        b"{",
    ):
        assert ed.refused("PATCH", f"records/{record}/", raw) == (400, "validation_failed"), raw
    large = {"table": "requirements", "values": {"title": "x" * 70_000}}
    assert ed.refused("PATCH", f"records/{record}/", large) == (413, "payload_too_large")


REQUESTS: tuple[tuple[int, str, str, Any], ...] = (
    (404, "GET", "tables/nothing/", None),
    (404, "GET", "tables/requirements/columns/nothing/", None),
    (404, "GET", "tables/nothing/records/", None),
    (404, "GET", f"records/{NOBODY}/", None),
    (404, "GET", f"records/{NO_UUID7}/", None),
    (404, "GET", f"records/{NOBODY}/history/", None),
    (404, "GET", f"records/{NOBODY}/causes/", None),
    (404, "POST", "tables/nothing/records/", {"values": {}}),
    (400, "POST", "tables/requirements/records/", {}),
    (400, "POST", "tables/requirements/records/", {"values": {}, "rows": []}),
    (400, "POST", "tables/requirements/records/", {"values": []}),
    (413, "POST", "tables/risks/records/", {"rows": [{"title": "a"}] * 5_000}),
    (413, "POST", "tables/risks/records/", {"rows": [{"title": "a"}] * 10_001}),
    (413, "POST", "cells/", {"cells": [{"record": NOBODY, "table": "risks", "field": "title", "value": 1}] * 10_001}),
    (404, "PATCH", f"records/{NOBODY}/", {"table": "requirements", "values": {"title": "x"}}),
    (404, "PATCH", f"records/{NO_UUID7}/", {"table": "requirements", "values": {"title": "x"}}),
    (404, "DELETE", f"records/{NOBODY}/", None),
    (404, "POST", f"records/{NOBODY}/restore/", None),
    (404, "POST", f"records/{NOBODY}/merge/", {"absorbed": NOBODY}),
    (404, "POST", f"records/{NOBODY}/split/", {"member": NOBODY}),
    (400, "POST", f"records/{NOBODY}/split/", {}),
    (404, "POST", f"records/{NOBODY}/facets/", {"table": "risks"}),
    (404, "POST", f"records/{NOBODY}/key/", {"table": "requirements"}),
    (404, "POST", "edges/", {"source": NOBODY, "target": NO_UUID7}),
    (404, "POST", "edges/", {"source": "no id", "target": "\u202e"}),
    (400, "POST", "edges/", {"source": NOBODY}),
    (400, "GET", "edges/?record=1", None),
    (404, "PATCH", f"edges/{NOBODY}/", {"at": 0}),
    (404, "DELETE", f"edges/{NOBODY}/", None),
    (404, "POST", "edges/confirm/", {"edges": [NOBODY]}),
    (404, "POST", f"conflicts/{NOBODY}/resolve/", {"value": 1, "tips": []}),
    (404, "POST", "mappings/", {"facet_a": "a", "field_a": "b", "facet_b": "c", "field_b": "d"}),
    (400, "POST", "mappings/", {"facet_a": "risks", "field_a": "b", "facet_b": "requirements", "field_b": "d"}),
    (400, "POST", "mappings/", {"facet_a": "risks"}),
    (409, "POST", "mappings/", {"facet_a": "risks", "field_a": "title", "facet_b": "risks", "field_b": "title"}),
    (400, "POST", "cells/", {"cells": [{"record": NOBODY, "table": "risks", "field": "title"}]}),
    (404, "POST", "cells/", {"cells": [{"record": NOBODY, "table": "risks", "field": "title", "value": 1}]}),
    (404, "POST", "cells/", {"rows": [{"title": "x"}]}),
    (404, "POST", "import/", {"table": "nothing", "text": "a\n1"}),
    (400, "POST", "import/", {"table": "risks", "text": "a\n1"}),
    (400, "POST", "import/", {"table": "risks", "text": "title,title\n1,2", "dry_run": True}),
    (400, "POST", "import/", {"table": "risks", "text": ""}),
    (400, "GET", "export/", None),
    (404, "GET", "export/?table=nothing", None),
    (409, "POST", "redo/", None),
    (400, "GET", "bundles/?cursor=x", None),
    (400, "POST", "tables/", {"table": "x/y"}),
    (400, "POST", "tables/", {"table": "foundry.table"}),
    (400, "POST", "tables/", {"table": "x", "columns": [{"name": "a", "type": "money"}]}),
    (400, "POST", "tables/", {"table": "x", "columns": [{"type": "text"}]}),
    (409, "POST", "tables/", {"table": "risks"}),
    (409, "POST", "tables/risks/columns/", {"name": "title"}),
    (400, "PATCH", "tables/risks/columns/nothing/", {"title": "x"}),
    (404, "DELETE", "relations/nothing/", None),
    (400, "POST", "tables/risks/views/", {"name": "a"}),
)


@pytest.mark.parametrize(("status", "method", "path", "body"), REQUESTS)
def test_wrong_requests(ed: Person, status: int, method: str, path: str, body: Any) -> None:  # noqa: F811
    before = ed.get("state/")
    refused = ed.problem(method, path, body)
    assert refused["status"] == status, refused
    assert ed.get("state/") == before


def test_what_is_there_already(ed: Person) -> None:  # noqa: F811
    record, risk = ed.create(title="a"), ed.create("risks")
    ed.link(record, risk, type="mitigates")
    body = {"source": record, "target": risk, "type": "mitigates"}
    assert ed.refused("POST", "edges/", body) == (409, "conflict")
    assert ed.refused("POST", "edges/", {**body, "target": record}) == (409, "conflict")
    assert ed.refused("POST", f"records/{record}/merge/", {"absorbed": record}) == (409, "conflict")
    assert ed.refused("POST", f"records/{record}/split/", {"member": risk}) == (409, "conflict")
    assert ed.refused("PATCH", f"records/{record}/", {"table": "risks", "values": {"title": "x"}}) == (409, "conflict")
    ed.set(record, {"code": "A"})
    refused = ed.problem("POST", "tables/requirements/records/", {"values": {"code": "A"}})
    assert (refused["status"], refused["record"], refused["field"]) == (409, record, "code")
    ed.send("DELETE", f"records/{record}/")
    values = {"table": "requirements", "values": {"title": "x"}}
    assert ed.refused("PATCH", f"records/{record}/", values) == (404, "not_found")
