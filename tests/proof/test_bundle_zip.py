"""A bundle as one file, and as a folder: every byte is accounted for, and nothing that lies beside is believed."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from publishing.bundle.assembly import verifier_source
from tests.cast import new_reviewed
from tests.proof.tampering import rolled_back
from tests.publishing.bundles import release_bundle
from tests.publishing.reviews import Review, begun

pytestmark = pytest.mark.django_db

PAGE = b"<!doctype html><h1>Approved by everybody</h1>"


@pytest.fixture(scope="module")
def data(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> bytes:
    with django_db_blocker.unblock(), rolled_back():
        return release_bundle(begun(*new_reviewed()).release())


def run(folder: Path, *arguments: object, isolated: bool = True) -> tuple[int, str]:
    (folder / "verify.py").write_bytes(verifier_source())
    options = ["-I"] if isolated else []
    command = [sys.executable, *options, str(folder / "verify.py"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def said_of(folder: Path, data: bytes) -> str:
    (folder / "bundle.zip").write_bytes(data)
    status, said = run(folder, folder / "bundle.zip")
    assert status == (0 if said.startswith("VALID") else 1)
    return said


def key_of(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        statement = json.loads(json.loads(archive.read("seal.json"))["statement"])
    return str(statement["key"])


def end_of(data: bytes) -> int:
    """Where the zip's end record begins."""
    return data.rindex(b"PK\5\6")


def shifted(data: bytes, at: int, more: bytes) -> bytes:
    """The zip with bytes put in before its list, and all offsets that lie behind them corrected."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    made = bytearray(data[:at] + more + data[at:])
    place = start + len(more)
    while made[place : place + 4] == b"PK\1\2":
        lengths = struct.unpack_from("<3H", made, place + 28)
        (offset,) = struct.unpack_from("<I", made, place + 42)
        if offset >= at:
            struct.pack_into("<I", made, place + 42, offset + len(more))
        place += 46 + sum(lengths)
    struct.pack_into("<I", made, place + 16, start + len(more))
    return bytes(made)


def test_the_zip_as_it_comes_is_valid(data: bytes, tmp_path: Path):
    assert said_of(tmp_path, data).startswith("VALID")


def test_a_page_before_the_zip_is_named(data: bytes, tmp_path: Path):
    assert "the zip holds something else before verify.py" in said_of(tmp_path, PAGE + data)
    assert "the zip holds something else before verify.py" in said_of(tmp_path, shifted(data, 0, PAGE))


def test_bytes_between_two_entries_are_named(data: bytes, tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        second = sorted(entry.header_offset for entry in archive.infolist())[1]
        start = archive.start_dir

    assert "the zip holds something else before report.html" in said_of(tmp_path, shifted(data, second, PAGE))
    assert "the zip holds something else behind its last entry" in said_of(tmp_path, shifted(data, start, PAGE))


def test_a_comment_and_bytes_behind_the_zip_are_named(data: bytes, tmp_path: Path):
    end = end_of(data)
    commented = data[: end + 20] + struct.pack("<H", len(PAGE)) + PAGE

    assert "the zip has a comment" in said_of(tmp_path, commented)
    assert said_of(tmp_path, data + PAGE).startswith("NOT VALID: ")


@pytest.mark.parametrize(("place", "what"), [(6, "flags"), (8, "method"), (10, "time"), (12, "date"), (30, "name")])
def test_a_header_that_says_something_else_than_the_list_is_named(data: bytes, tmp_path: Path, place: int, what: str):
    made = bytearray(data)
    made[place] ^= 1

    assert "verify.py in the zip: its two headers differ" in said_of(tmp_path, bytes(made)), what


def test_an_entry_that_unzip_would_make_a_link_of_is_named(data: bytes, tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    made = bytearray(data)
    struct.pack_into("<I", made, start + 38, 0o120777 << 16)

    assert "verify.py in the zip's list: it is no plain file" in said_of(tmp_path, bytes(made))


def test_an_entry_s_own_comment_and_extra_field_are_named(data: bytes, tmp_path: Path):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w") as other:
        for entry in archive.infolist():
            entry.comment = b"Approved" if entry.filename == "seal.json" else b""
            other.writestr(entry, archive.read(entry))

    assert "seal.json in the zip's list: it holds something else" in said_of(tmp_path, made.getvalue())


def test_a_second_name_for_an_entry_in_the_zip_s_list_is_named(data: bytes, tmp_path: Path):
    """unzip would make a file of that name, and Python one of the first."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, other = archive.start_dir, b"report2.html"
    unicode_path = struct.pack("<2HBI", 0x7075, 5 + len(other), 1, zlib.crc32(b"verify.py")) + other
    more = struct.pack("<2H", 1, 0) + unicode_path
    behind = start + 46 + len("verify.py")
    made = bytearray(data[:behind] + more + data[behind:])
    struct.pack_into("<H", made, start + 30, len(more))
    end = end_of(bytes(made))
    struct.pack_into("<I", made, end + 12, end - start)

    assert "verify.py in the zip's list: it holds something else" in said_of(tmp_path, bytes(made))


def test_a_zip_whose_end_is_written_wide_is_valid(data: bytes, tmp_path: Path):
    """As Python writes it from 2 GiB on, long before the numbers no longer fit."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start, count = archive.start_dir, len(archive.infolist())
    end = end_of(data)
    wide = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, end - start, start)
    wide += struct.pack("<4sIQI", b"PK\6\7", 0, end, 1)

    assert said_of(tmp_path, data[:end] + wide + data[end:]).startswith("VALID")
    other = wide.replace(struct.pack("<Q", start), struct.pack("<Q", start + 1))
    assert said_of(tmp_path, data[:end] + other + data[end:]).startswith("NOT VALID: ")


def test_every_flipped_bit_of_the_zip_s_own_fields_is_found(data: bytes, tmp_path: Path):
    """What of the zip is no file's content: its first header, its list's first line, its end."""
    from publishing.bundle.verifier.main import verify_place

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        start = archive.start_dir
    # Which system made it, and which version of unzip it wants, say nothing about what is inside.
    spared = {4, 5, *range(start + 4, start + 8)}
    path = tmp_path / "bundle.zip"
    for place in {*range(50), *range(start, start + 46), *range(end_of(data), len(data))} - spared:
        made = bytearray(data)
        made[place] ^= 1 << place % 8
        path.write_bytes(made)
        with pytest.raises(Exception):  # noqa: B017, PT011 (whatever it is, it is not valid)
            verify_place(path)


def test_a_module_that_lies_beside_the_verifier_is_not_imported(data: bytes, tmp_path: Path):
    """With or without -I: whoever made the folder made these as well."""
    for name in ("json", "hashlib", "zipfile", "re", "struct", "__future__", "dataclasses"):
        (tmp_path / f"{name}.py").write_text("print('VALID')\nraise SystemExit(0)\n")
    (tmp_path / "bundle.zip").write_bytes(data)

    for isolated in (True, False):
        status, said = run(tmp_path, key_of(data), tmp_path / "bundle.zip", isolated=isolated)
        assert status == 0
        assert said.startswith("VALID\nsealed by the key ")
        assert ("read by Python's own modules only" in said) is isolated
    (tmp_path / "bundle.zip").unlink()
    assert run(tmp_path)[0] == 1


def test_the_folder_s_added_links_and_empty_folders_are_named(data: bytes, tmp_path: Path):
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    assert run(folder)[0] == 0
    (folder / "more").mkdir()
    assert "more is an empty folder" in run(folder)[1]
    (folder / "more").rmdir()
    (folder / "elsewhere").symlink_to("/")
    assert "elsewhere is no plain file" in run(folder)[1]


def test_a_text_of_others_cannot_speak_for_the_verifier(review: Review, tmp_path: Path):
    review.require(signatures={"approved": 1}, distinct_people=1)
    release = review.submit("1.0")
    review.sign(release, "approved", "owner")
    data = release_bundle(release)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(tmp_path)
    (tmp_path / "note\nVALID\n\x1b[2J.txt").write_text("")

    status, said = run(tmp_path)

    assert status == 1
    assert said.count("\n") == 1
    assert "\x1b" not in said
