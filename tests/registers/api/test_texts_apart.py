"""Texts that became one field: who decides between them has seen what was typed in each."""

from __future__ import annotations

import secrets
from typing import Any

from django.test import Client

from accounts.models import User
from stages.registers.fold.deltas import write_text
from stages.registers.fold.effects import Field, Key
from stages.registers.fold.payloads import SetCRDTField
from stages.registers.services import write_bundle
from stages.registers.storing.storage import PostgresStorage
from tests.cast import new_caller
from tests.registers.api.world import Person, ed, people  # noqa: F401 (fixtures)
from tests.registers.rpc.peer import Peer


def merged(person: Person) -> tuple[str, str, dict[str, Any]]:
    """Two records with different texts that were merged, and the conflict."""
    one, other = person.create(body="Left"), person.create(body="Right")
    person.post(f"records/{one}/merge/", {"absorbed": other})
    (conflict,) = [each for each in person.get("conflicts/")["results"] if each["kind"] == "text"]
    return one, other, conflict


def type_at_one(person: Person, entity: str, text: str) -> None:
    """Somebody types in one of the texts, as somebody does at another site who does not know of the merge."""
    raw = Field(entity, "requirements", "body")
    operations = PostgresStorage(person.project.id).operations_on(Key("text", raw))
    delta = write_text(operations, text, 2 + secrets.randbelow(2**30))
    assert delta is not None
    user = User.objects.get(display_name="Olga")
    write_bundle(caller=new_caller(user), project_id=person.project.id, payloads=[SetCRDTField(*raw, delta)])


def text_of(person: Person, record: str) -> str:
    text: str = person.get(f"records/{record}/")["texts"]["requirements"]["body"]
    return text


def test_what_is_typed_in_between_is_not_overwritten(ed: Person) -> None:  # noqa: F811
    record, other, conflict = merged(ed)
    assert sorted(tip["value"] for tip in conflict["tips"]) == ["Left", "Right"]
    tips = [tip["op_id"] for tip in conflict["tips"]]
    address = f"conflicts/{conflict['id']}/resolve/"
    type_at_one(ed, other, "Right, and more")
    stale = ed.problem("POST", address, {"value": "Left", "tips": tips})
    assert (stale["status"], stale["values"]) == (409, ["Left", "Right, and more"])
    assert ed.problem("POST", address, {"value": "Left"})["status"] == 409
    (conflict,) = [each for each in ed.get("conflicts/")["results"] if each["kind"] == "text"]
    assert sorted(tip["op_id"] for tip in conflict["tips"]) == sorted(stale["tips"])
    address = f"conflicts/{conflict['id']}/resolve/"
    assert ed.refused("POST", address, {"value": 5, "tips": stale["tips"]}) == (400, "validation_failed")
    ed.post(address, {"value": "Left or right", "tips": stale["tips"]})
    assert text_of(ed, record) == "Left or right"
    assert [each["kind"] for each in ed.get("conflicts/")["results"]] == ["field"]
    assert ed.refused("POST", address, {"value": "Left", "tips": stale["tips"]}) == (409, "conflict")


def test_the_page_refuses_what_its_reader_has_not_seen(ed: Person) -> None:  # noqa: F811
    record, other, conflict = merged(ed)
    browser = Client()
    browser.force_login(User.objects.get(display_name="Ed"))
    pages = f"/projects/{ed.project.id}/registers/conflicts/"
    page = browser.get(pages, {"of": conflict["id"]}).content.decode()
    tips = " ".join(tip["op_id"] for tip in conflict["tips"])
    assert f'name="tips" value="{tips}"' in page
    type_at_one(ed, other, "Right, and more")
    assert browser.post(f"{pages}{conflict['id']}/keep/", {"pick": "0", "tips": tips}).status_code == 409
    assert text_of(ed, record) == "Left"
    (conflict,) = [each for each in ed.get("conflicts/")["results"] if each["kind"] == "text"]
    tips = " ".join(tip["op_id"] for tip in conflict["tips"])
    assert browser.post(f"{pages}{conflict['id']}/keep/", {"pick": "1", "tips": tips}).status_code == 302
    assert text_of(ed, record) == "Right, and more"


def test_by_the_engines_routes(ed: Person) -> None:  # noqa: F811
    record, other, conflict = merged(ed)
    peer = Peer(ed.api, ed.project)
    body = {"entity_id": record, "table": "requirements", "field": "body", "value": "Both"}
    tips = [tip["op_id"] for tip in conflict["tips"]]
    type_at_one(ed, other, "Right, and more")
    assert peer.refused("conflicts/resolve", {**body, "tips": tips})["status"] == 409
    assert peer.refused("conflicts/resolve", {**body, "value": 1})["status"] == 400
    peer.call("conflicts/resolve", **body)
    assert text_of(ed, record) == "Both"
    assert peer.refused("conflicts/resolve", body)["status"] == 409
