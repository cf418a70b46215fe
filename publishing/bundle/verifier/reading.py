"""Reading the files of a bundle, and checking that JSON is in canonical form."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

Json = dict[str, Any]

# `json.dumps` makes a new encoder for each value.
_json_text = json.JSONEncoder(ensure_ascii=False).encode


class WrongError(Exception):
    """The bundle is not valid; the message says why, in one line."""


class Bundle:
    """The files of a bundle: for each name a function that opens the file, in a zip or a folder."""

    def __init__(self, files: Mapping[str, Callable[[], Any]]) -> None:
        self.files = files
        # The file that was opened last, for error messages.
        self.reading = ""

    def names(self) -> set[str]:
        return set(self.files)

    def open(self, name: str) -> BinaryIO:
        check(name in self.files, f"{name} is missing")
        self.reading = name
        file: BinaryIO = self.files[name]()
        return file

    def read(self, name: str) -> bytes:
        with self.open(name) as file:
            return file.read()

    def lines(self, name: str) -> Iterator[tuple[int, Json]]:
        """The lines of a file as objects, numbered from 1. Raises `WrongError` for one that is not canonical JSON."""
        with self.open(name) as file:
            for number, line in enumerate(file, 1):
                where = f"{name}, line {number}"
                check(line.endswith(b"\n"), f"{where}: it does not end")
                yield number, canonical_json(line[:-1], where)


def open_bundle(place: Path) -> Bundle:
    if place.is_dir():
        there = {path.relative_to(place).as_posix(): path for path in place.rglob("*")}
        for name, path in there.items():
            check(not path.is_symlink() and (path.is_file() or path.is_dir()), f"{name} is no plain file")
            check(not path.is_dir() or any(path.iterdir()), f"{name} is an empty folder: it was added")
        found = {name: path for name, path in there.items() if path.is_file()}
        return Bundle({name: partial(path.open, "rb") for name, path in found.items()})
    archive = zipfile.ZipFile(place)
    names = archive.namelist()
    check(len(set(names)) == len(names), "a name is in the zip twice")
    return Bundle({name: partial(archive.open, name) for name in names})


def check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise WrongError(otherwise)


def canonical(value: Any) -> str:
    """The RFC 8785 text of a value. Fractions are refused, because sealed data contains none."""
    if isinstance(value, str):
        return _json_text(value)
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{_json_text(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    check(not isinstance(value, float), "a fraction is where none can be")
    return _json_text(value)


def canonical_json(data: bytes, where: str) -> Json:
    """Parse an object. Raises `WrongError` unless the bytes are exactly its RFC 8785 text."""
    try:
        found: Any = json.loads(data.decode("utf-8"))
        if isinstance(found, dict) and canonical(found).encode("utf-8") == data:
            return found
    except (ValueError, RecursionError):
        pass
    raise WrongError(f"{where}: it is not spelled as it was written")


def parsed(text: str, where: str) -> Json:
    """Parse the text of an event. Raises `WrongError` for duplicate names, which would make it ambiguous."""

    def once(pairs: list[tuple[str, Any]]) -> Json:
        check(len({name for name, _ in pairs}) == len(pairs), f"{where}: a name is in it twice")
        return dict(pairs)

    found: Any = json.loads(text, object_pairs_hook=once)
    check(isinstance(found, dict), f"{where}: it is no event")
    return dict(found)


def microseconds(at: str, where: str) -> bytes:
    """A time in the form that the chain hashes: microseconds since 1970 in 8 bytes."""
    check(re.fullmatch(r"[0-9-]{10}T[0-9:]{8}[.][0-9]{6}Z", at) is not None, f"{where}: its time is no time")
    since = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ") - datetime(1970, 1, 1)  # noqa: DTZ001, DTZ007 (UTC, both)
    return (since // timedelta(microseconds=1)).to_bytes(8, "big")


def same_members(line: Json, wanted: Json, where: str) -> None:
    """Raises `WrongError` if a member of the line differs from the one derived from the events."""
    for name in sorted(set(line) | set(wanted)):
        if name not in line or name not in wanted or line[name] != wanted[name]:
            raise WrongError(f"{where}: the events say something else ({name})")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
