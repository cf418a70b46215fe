"""Every member of every line of a project's file, changed one at a time, with a last line that fits: it is named."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pytest
from django.core.management import call_command

from audit.chain import first_prev_hash, link_hash
from audit.models import Event
from audit.rebuilding.facts import moment
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.verification import verify_file
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from tests.proof.changes import Path, changed, paths_of, without
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db

Line = dict[str, Any]
KINDS = (
    *("header", "blob", "draft", "event", "lease", "member"),
    *("comment", "policy", "release", "release_notes", "signature", "task"),
)
# The clock of who exported: no event can tell it, and nothing rests on it.
SAID_BY_THE_FILE_ALONE = {("header", ("exported_at",))}


@pytest.fixture
def rows(told: Review) -> list[Line]:
    data = b"".join(export_project(project_id=told.project.id))
    return [json.loads(line) for line in data.splitlines()][:-1]


def sealed(rows: list[Line]) -> bytes:
    body = b"".join(f"{canonical(row)}\n".encode() for row in rows)
    end = {"type": "end", "lines": len(rows), "sha256": hashlib.sha256(body).hexdigest()}
    return body + f"{canonical(end)}\n".encode()


def wrong_with(rows: list[Line]) -> str | None:
    try:
        verify_file(io.BytesIO(sealed(rows)))
    except ValidationFailed as refusal:
        return refusal.detail
    return None


def rechained(rows: list[Line], project: str) -> list[Line]:
    """The same lines with a chain and a header that fit them: what somebody writes who owns all of the file."""
    previous, number, made = first_prev_hash(project), 0, []
    for row in rows:
        line = dict(row)
        if row["type"] == "event" and row["chain"] == project:
            number += 1
            at = moment(row["at"])
            assert at is not None
            digest = link_hash(prev_hash=previous, seq=number, at=at, canonical=row["canonical"])
            line |= {"seq": number, "prev_hash": previous.hex(), "hash": digest.hex()}
            previous = digest
        made.append(line)
    return [{**made[0], "chain": {"seq": number, "hash": previous.hex()}}, *made[1:]]


def test_the_file_verifies_as_it_is_and_has_a_line_of_every_kind(rows: list[Line]):
    assert wrong_with(rows) is None
    assert {row["type"] for row in rows} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_c02_c19_c21_c22_c23_a_changed_member_of_a_project_s_file_is_named(rows: list[Line], kind: str):
    missed: list[tuple[int, Path, str]] = []
    for number, row in enumerate(rows):
        if row["type"] != kind:
            continue
        for path in paths_of(row):
            if (kind, path) in SAID_BY_THE_FILE_ALONE or path == ("type",):
                continue
            for change in (changed, without):
                found = wrong_with([*rows[:number], change(row, path), *rows[number + 1 :]])
                if found is None:
                    missed.append((number + 1, path, change.__name__))

    assert missed == []


@pytest.mark.parametrize("kind", KINDS)
def test_c02_a_line_left_out_or_doubled_is_named(rows: list[Line], kind: str):
    for number, row in enumerate(rows):
        if row["type"] == kind:
            assert wrong_with([*rows[:number], *rows[number + 1 :]]) is not None, number + 1
            assert wrong_with([*rows[: number + 1], *rows[number:]]) is not None, number + 1


def test_c13_signatures_cannot_be_taken_out_of_a_file(rows: list[Line]):
    rest = [row for row in rows if row["type"] != "signature"]

    assert "the signature it recorded is gone" in str(wrong_with(rest))


def test_c13_c21_a_release_whose_signatures_lack_is_refused_even_where_chain_and_header_fit(
    rows: list[Line], told: Review
):
    """Their events made into others as well, and all hashes anew: the policy still asks for them."""
    rest = [row for row in rows if row["type"] != "signature"]
    for row in rest:
        if row["type"] == "event":
            row["canonical"] = row["canonical"].replace('"action":"release.signed"', '"action":"release.noted"')

    found = wrong_with(rechained(rest, str(told.project.id)))

    assert found is not None
    assert "lacks signatures that its policy asked for" in found


@pytest.mark.parametrize("said", [{}, {"contributors": 1}, {"contributors": [1, {"id": [2]}, {"no": 3}]}])
def test_a_version_may_say_anything_of_its_origin_and_is_imported(rows: list[Line], told: Review, said: Line):
    origin = {"type": "x", **said}
    draft = next(row for row in rows if row["type"] == "draft")
    draft["origin"] = origin
    for row in rows:
        if row["type"] == "event" and (record := json.loads(row["canonical"]))["target"]["id"] == draft["id"]:
            record["data"]["origin"] = origin
            row["canonical"] = canonical(record)
    file = io.BytesIO(sealed(rechained(rows, str(told.project.id))))

    made = import_project(caller=caller_of(told.people["owner"]), file=file, name="Imported")

    first = Event.objects.of_project(made.id).filter(action="draft.saved").first()
    assert first is not None
    assert first.data["import"]["contributors"] == []


def test_a_file_of_the_former_format_says_that_names_were_not_compared(rows: list[Line]):
    header = {**rows[0], "format": "foundry.project/1"}
    renamed = [
        header,
        *({**row, "author": {**row["author"], "display_name": "Now"}} if "author" in row else row for row in rows[1:]),
    ]

    verified = verify_file(io.BytesIO(sealed(renamed)))

    assert any("names of people" in what for what in verified.not_compared)
    assert "named otherwise" in str(wrong_with([rows[0], *renamed[1:]]))


def test_rows_that_this_foundry_does_not_know_are_counted_and_said(rows: list[Line]):
    verified = verify_file(io.BytesIO(sealed([*rows, {"type": "wish", "text": "More"}])))

    assert [(what, count) for what, count in verified.not_compared.items() if "wish" in what] == [
        ("lines of type wish, which this Foundry does not know", 1)
    ]


def test_the_command_says_what_only_the_site_s_key_could_prove(rows: list[Line], tmp_path, capsys):
    path = tmp_path / "project.jsonl"
    path.write_bytes(sealed(rows))

    call_command("verify_export", str(path))

    said = capsys.readouterr().out
    assert "NOT PROVEN HERE, since it takes the site's key" in said
    assert "nothing was changed" not in said
