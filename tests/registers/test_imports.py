"""The page of an import: what it asks, shows and writes, and what is left when a part is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse

from kernel.errors import PayloadTooLarge
from stages.registers import verbs
from stages.registers.exchange import plan as plans
from stages.registers.models import Bundle, Row
from stages.registers.services import records
from tests.registers.test_table_pages import Desk, desk  # noqa: F401 (a fixture)

pytestmark = [pytest.mark.django_db]


def send(desk: Desk, status: int = 200, **fields: Any) -> Any:  # noqa: F811
    answer = desk.client.post(desk.address("import"), fields)
    assert answer.status_code == status, answer.content[:500]
    return answer


def words(answer: HttpResponse) -> str:
    return re.sub(r"(?<=>) | (?=[<>])", "", " ".join(answer.content.decode().split()))


def sent_again(answer: HttpResponse) -> dict[str, Any]:
    """What the form of a look sends when it is written."""
    page = answer.content.decode()
    found: dict[str, Any] = {"write": "1"}
    for name in ("text", "ref", "created", "changed"):
        found[name] = re.search(rf'name="{name}"\s+value="([^"]*)"', page)[1]  # type: ignore[index]
    found["part"] = re.findall(r'name="part"\s+value="([^"]*)"', page)
    found |= dict(re.findall(r'name="(as-\d+)"\s+value="([^"]*)"', page))
    return found


def titles(desk: Desk) -> list[str]:  # noqa: F811
    rows = Row.objects.filter(project=desk.project, facet="requirements").order_by("key_number")
    return [row.shown["title"] for row in rows]


def test_a_look_shows_what_would_change_record_by_record(desk: Desk) -> None:  # noqa: F811
    desk.add({"title": "Old", "due": "2026-12-11"})
    page = words(send(desk, text="Key,Title,Review due\nREQ-1,New,\nREQ-7,Other,\n"))
    for shown in ("<del>Old</del>", "<ins>New</ins>", "1 cell is emptied", "new ones are made: REQ-7"):
        assert shown in page
    assert titles(desk) == ["Old"]


def test_a_heading_that_is_no_column_is_asked_for(desk: Desk) -> None:  # noqa: F811
    page = words(send(desk, text="Name,Mood\nOne,good\n"))
    assert "Some headings are no columns of this table." in page
    assert 'name="as-0"' in page
    chosen: dict[str, Any] = {"text": "Name,Mood\nOne,good\n", "as-0": "title", "as-1": "-"}
    look = send(desk, **chosen)
    assert "Left out: Mood" in words(look)
    send(desk, 302, **sent_again(look))
    assert titles(desk) == ["One"]


def test_what_was_imported_is_said(desk: Desk) -> None:  # noqa: F811
    desk.add({"title": "Old"})
    answer = send(desk, 302, **sent_again(send(desk, text="Key,Title\nREQ-1,New\n,Two\n,Three\n")))
    assert [str(each) for each in get_messages(answer.wsgi_request)] == ["Imported: 2 new records, 1 changed."]


def test_a_large_file_is_written_part_by_part_and_no_part_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(plans, "PART_OPERATIONS", 8)
    text = "Title\n" + "".join(f"Title {at}\n" for at in range(5))
    look = send(desk, text=text)
    assert "Written in 3 steps of at most 2 rows" in words(look)
    form = sent_again(look)
    before = Bundle.objects.count()
    for at in (0, 0, 1):
        assert send(desk, **form, only=str(at)).json() == {"done": at + 1}
    assert Bundle.objects.count() == before + 2
    assert send(desk, **form, only="2").json() == {"done": 3}
    assert titles(desk) == [f"Title {at}" for at in range(5)]


def test_what_is_left_is_looked_at_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(plans, "PART_OPERATIONS", 8)
    form = sent_again(send(desk, text="Title\n" + "".join(f"Title {at}\n" for at in range(5))))
    send(desk, **form, only="0")
    del form["write"]
    page = words(send(desk, **form, after="1"))
    assert "<b>3</b>new records" in page
    assert "Title 1" not in page.split("<tbody>")[1]


def test_a_part_is_refused_where_somebody_was_faster(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(plans, "PART_OPERATIONS", 1)
    _first, second = desk.add({"title": "One"}, {"title": "Two"})
    form = sent_again(send(desk, text="Key,Title\nREQ-1,Uno\nREQ-2,Due\n"))
    assert len(form["part"]) == 2
    cell = verbs.Cell(second, "requirements", "title", "Zwei")
    desk._write(lambda acts, schema: verbs.set_fields(acts, schema, [cell]))
    answer = send(desk, 409, **form)
    assert "Somebody has changed some of these records" in words(answer)
    # What is written stays; what is left is in the form again.
    assert titles(desk) == ["Uno", "Zwei"]
    assert "REQ-2,Due" in answer.content.decode()
    assert "REQ-1,Uno" not in answer.content.decode()
    refused = send(desk, 409, **form, only="1")
    assert refused.json()["detail"].startswith("Somebody has changed")


def test_a_workbook_is_called_one(desk: Desk) -> None:  # noqa: F811
    file = SimpleUploadedFile("requirements.xlsx", b"PK\x03\x04rest")
    assert "This is a workbook" in words(send(desk, 400, file=file))


@pytest.mark.parametrize(
    "fields",
    [
        {"part": "nothing", "write": "1", "text": "Title\na\n"},
        {"part": "all-0-1-", "write": "1", "text": "Title\na\n", "only": "99999"},
        {"text": "Title\na\n", "as-0": "nothing"},
        {"text": "Title\na\n", "as-99999999999": "title"},
        {"text": "Title\na\n", "after": "12"},
        {"text": "Title,Title\na,b\n"},
        {"text": "\0"},
    ],
)
def test_a_form_that_is_none_is_no_error(desk: Desk, fields: dict[str, str]) -> None:  # noqa: F811
    answer: Any = desk.client.post(desk.address("import"), fields)
    assert answer.status_code in {200, 400}, answer.content[:300]


def test_what_the_page_exports_is_imported_unchanged(desk: Desk) -> None:  # noqa: F811
    first, second = desk.add({"title": "=One,\ntwo", "area": "safety", "due": "2026-12-11"}, {"title": "שלום"})
    desk.add({"title": "Child", "parent": {"entity": first}})
    desk.link(first, second)
    cell = verbs.Cell(second, "requirements", "due", "2026-12-12")
    desk._write(lambda acts, schema: verbs.set_fields(acts, schema, [cell]))
    desk._write(lambda acts, schema: verbs.change_column(acts, schema, "requirements", "due", {"type": "integer"}))
    text = desk.client.get(desk.address("export")).content.decode("utf-8-sig")
    assert text.splitlines()[0] == "Key,Title,Area,Review due,Parent,Refines,Refines"
    page = words(send(desk, text=text))
    assert "<b>3</b>as they are" in page
    assert "Nothing would be written" in page


def test_a_file_that_is_more_than_a_bundle_is_refused_over_rest(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(records, "MAX_OPERATIONS", 3)
    with pytest.raises(PayloadTooLarge, match="Import it in 1 parts"):
        records.import_rows(caller=desk.caller, project_id=desk.project.id, table="requirements", text="Title\na\nb\n")
