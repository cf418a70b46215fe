"""Attached files in a project's file: every byte, and a flipped one is named (acceptance case 45)."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import pytest

from accounts.callers import Caller
from accounts.models import User
from drafts.attachments.services import remove_attachment, start_upload
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from projects.models import Project
from tests.drafts.attachments.files import MIB, attach, content
from tests.drafts.exchange.project_files import refused, rows_of, sealed, verify

pytestmark = pytest.mark.django_db
Rows = list[dict[str, Any]]


@pytest.fixture
def rows(project: Project, reviewer: User, caller_for: Callable[..., Caller]) -> Rows:
    """The lines of a project with a file of 5 MiB, a small one that is no text, and a removed one."""
    rae = caller_for(reviewer)
    attach(rae, project, content(5 * MIB), name="data.bin")
    attach(rae, project, b"\xff\xfe", name="small.bin")
    attach(rae, project, content(5 * MIB), name="again.bin")
    removed = attach(rae, project, b"gone", name="gone.txt")
    remove_attachment(caller=rae, attachment_id=removed.id, reason="Wrong file")
    start_upload(caller=rae, project_id=project.id, size=MIB, data=content(MIB, 9))
    return rows_of(b"".join(export_project(project_id=project.id)))


def pieces(rows: Rows) -> Rows:
    return [row for row in rows if row["type"] == "piece"]


def test_c03_every_byte_of_every_attachment_is_in_it_once(rows: Rows, project: Project) -> None:
    verified = verify(sealed(rows))

    assert verified.counts["attachment"] == 4
    by_file: dict[str, bytes] = {}
    for row in pieces(rows):
        by_file[row["file"]] = by_file.get(row["file"], b"") + base64.b64decode(row["data"])
    assert sorted(by_file.values(), key=len) == [b"\xff\xfe", b"gone", content(5 * MIB)]


def test_a_flipped_byte_is_named(rows: Rows) -> None:
    piece = next(row for row in pieces(rows) if row["start"] == 2 * MIB)
    data = bytearray(base64.b64decode(piece["data"]))
    data[7] ^= 1
    piece["data"] = base64.b64encode(data).decode()

    assert f"The bytes of the file {piece['file']} from {2 * MIB} were changed" in refused(sealed(rows))


def test_c02_what_is_missing_or_exchanged_is_found(rows: Rows) -> None:
    first = pieces(rows)[0]
    without = [row for row in rows if row is not first]
    assert "missing" in refused(sealed(without)) or "is not here" in refused(sealed(without))
    attachment = next(row for row in rows if row["type"] == "attachment")
    attachment["blake3"] = "0" * 64
    assert "BLAKE3" in refused(sealed(rows))


def test_an_imported_project_keeps_the_file_and_has_no_attachments(rows: Rows, caller_for: Any, owner: User) -> None:
    made = import_project(caller=caller_for(owner), file=io.BytesIO(sealed(rows)))
    assert not made.attachments.exists()
