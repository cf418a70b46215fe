"""Archives of packages: what is read, and what is refused."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.errors import ValidationFailed
from stages.automation.packages.archive import MAX_ARCHIVE, read_archive
from tests.automation.packages.making import CONTACTS, errors_of, module, packed, within

FILES = {"module.toml": CONTACTS, "scripts/a.lua": "return 1\n"}


def _with(path: str, content: bytes = b"x", change: Callable[[zipfile.ZipInfo], object] = lambda info: None) -> bytes:
    """A module with one more entry, as `change` leaves it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("module.toml", CONTACTS)
        info = zipfile.ZipInfo(path)
        info.compress_type = zipfile.ZIP_DEFLATED
        change(info)
        archive.writestr(info, content)
    return buffer.getvalue()


def _mode(mode: int) -> Callable[[zipfile.ZipInfo], object]:
    def change(info: zipfile.ZipInfo) -> None:
        info.external_attr = mode << 16

    return change


def _central(data: bytes, offset: int, value: bytes) -> bytes:
    """The archive with bytes changed in the second entry of its directory, `offset` from its beginning."""
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4) + offset
    return data[:at] + value + data[at + len(value) :]


def _twice() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("module.toml", CONTACTS)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("module.toml", CONTACTS + "\n")
    return buffer.getvalue()


def _overlapping() -> bytes:
    """Two names in the directory for the bytes of one file."""
    data = packed({"module.toml": CONTACTS, "a.txt": "x"})
    end = struct.unpack_from("<L", data, data.index(b"PK\x05\x06") + 16)[0]
    directory = data[end : data.index(b"PK\x05\x06")]
    last = directory[directory.index(b"PK\x01\x02", 4) :]
    both = directory + last.replace(b"a.txt", b"b.txt")
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(both), end, 0)
    return data[:end] + both + tail


def _bomb(declared: int | None) -> bytes:
    """64 MiB of zeros in 64 KiB, and what the directory says of its size."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = b"".join([*(packer.compress(bytes(1024 * 1024)) for _ in range(64)), packer.flush()])
    name, size = b"bomb.txt", 64 * 1024**2 if declared is None else declared
    local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(body), size, len(name), 0) + name + body
    entry = struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(body), size, len(name), *([0] * 4), 0, 0)
    directory = entry + name
    return local + directory + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(local), 0)


BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "no archive": (lambda: b"hello", "archive"),
    "nothing": (lambda: b"", "archive"),
    "an end alone": (lambda: b"PK\x05\x06" + bytes(18), "module.toml"),
    "no manifest": (lambda: packed({"a.txt": "x"}), "module.toml"),
    "an absolute path": (lambda: _with("/etc/passwd"), "/etc/passwd"),
    "a path upwards": (lambda: _with("scripts/../../a"), "scripts/../../a"),
    "a path upwards, alone": (lambda: _with(".."), ".."),
    "a path of Windows": (lambda: _with("c:\\a"), "c:\\a"),
    "an empty part": (lambda: _with("a//b"), "a//b"),
    "a hidden file": (lambda: _with(".git/config"), ".git/config"),
    "another script's letters": (lambda: _with("scripts/а.lua"), "scripts/а.lua"),
    "a name that ends with a space": (lambda: _with("a "), "a "),
    "a long path": (lambda: _with("a" * 201), "a" * 200),
    "a link": (lambda: _with("a", b"/etc/passwd", _mode(stat.S_IFLNK | 0o777)), "a"),
    "a device": (lambda: _with("a", b"", _mode(stat.S_IFCHR | 0o600)), "a"),
    "a file that says it is a folder": (lambda: _with("a", b"x", _mode(stat.S_IFDIR | 0o755)), "a"),
    "twice": (_twice, "module.toml"),
    "twice, in other letters": (lambda: packed({**FILES, "A.txt": "x", "a.TXT": "y"}), "a.TXT"),
    "a file and a folder": (lambda: packed({**FILES, "views": "x", "views/a": "y"}), "views/a"),
    "encrypted": (lambda: _central(_with("a"), 8, b"\x01\x00"), "a"),
    "packed by another method": (lambda: _with("a", change=lambda info: setattr(info, "compress_type", 14)), "a"),
    "a wrong checksum": (lambda: _central(_with("a"), 16, b"\0\0\0\0"), "a"),
    "another size": (lambda: _central(_with("a", b"xyz"), 24, b"\x02\0\0\0"), "a"),
    "another name within": (lambda: _with("abcd").replace(b"abcd", b"abce", 1), "abcd"),
    "shared bytes": (_overlapping, "b.txt"),
    "no text": (lambda: _with("a", b"\xff\xfe"), "a"),
    "control characters": (lambda: _with("a", b"a\0b"), "a"),
    "201 files": (lambda: packed({**FILES, **{f"a{each}": "x" for each in range(200)}}), "archive"),
    "20,000 files": (lambda: packed({f"a{each}": "" for each in range(14_000)}), "archive"),
    "a large file": (lambda: packed({**FILES, "a": "x" * (512 * 1024 + 1)}), "a"),
    "large files": (lambda: packed({**FILES, **{f"a{each}": "x" * 500_000 for each in range(5)}}), "archive"),
    "a bomb": (lambda: _bomb(None), "bomb.txt"),
    "a bomb that says it is small": (lambda: _bomb(10), "bomb.txt"),
    "something in front": (lambda: b"#!/bin/sh\n" + packed(FILES), "archive"),
    "two archives": (lambda: packed(FILES) + packed(FILES), "archive"),
    "something behind": (lambda: packed(FILES) + b"x", "archive"),
    "more than 2 MiB": (lambda: packed(FILES) + bytes(MAX_ARCHIVE), "archive"),
}


@pytest.mark.parametrize(("make", "path"), BAD.values(), ids=BAD)
def test_what_is_bad_is_refused_by_its_path(make: Callable[[], bytes], path: str):
    data = make()
    with within():
        assert errors_of(lambda: read_archive(data)).keys() == {path}


def test_the_files_of_a_package_are_read():
    assert read_archive(packed(FILES)) == FILES


def test_the_folder_that_was_packed_is_left_out_and_so_is_what_a_file_manager_adds():
    data = packed({"mine/": "", **{f"mine/{path}": text for path, text in FILES.items()}, "__MACOSX/mine/._a": "\0"})
    assert read_archive(data) == FILES


def test_an_archive_may_have_a_comment():
    buffer = io.BytesIO(packed(FILES))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = b"a commit"
    assert read_archive(buffer.getvalue()) == FILES


@given(st.data())
def test_an_archive_with_changed_bytes_is_read_or_refused(data: Any):
    archive = bytearray(module(scripts__a_lua="return 1"))
    for _each in range(data.draw(st.integers(1, 6))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValidationFailed):
        assert "module.toml" in read_archive(bytes(archive))
