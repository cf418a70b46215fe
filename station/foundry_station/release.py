"""Giving files back: without the section, as they were before, byte for byte."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime

from foundry_station.clock import text_of
from foundry_station.files import (
    ChangedMeanwhile,
    Found,
    Kind,
    Replacement,
    Unusable,
    look,
    make_folders,
    put_link,
    remove,
)
from foundry_station.section import find, has_markers, take_out
from foundry_station.state import State
from foundry_station.state.kept import KeptTexts
from foundry_station.state.managed import Managed, ManagedFiles


def release(state: State, managed: Managed, now: datetime) -> None:
    """Take ours out of a file, and manage it no longer. What somebody has altered in it is kept before.

    Raises `Unusable` and `ChangedMeanwhile`: then the file is still managed. Doing it again does no harm.
    """
    found = look(managed.path)
    if _was_altered(managed, found):
        with state.transaction():
            KeptTexts(state).keep(str(managed.path), found.data, at=text_of(now), parts=(), link=found.link)
    if managed.whole:
        _give_back_whole(state, managed, found)
    else:
        _take_out_section(managed, found)
    ManagedFiles(state).forget(managed.path)
    for folder in reversed(managed.made_folders):
        with suppress(OSError):
            folder.rmdir()


def release_all(state: State, managed: list[Managed], now: datetime) -> dict[str, str]:
    """Give back files; why it was not possible for some, by path."""
    failed = {}
    for each in managed:
        for _ in range(3):
            try:
                release(state, each, now)
            except ChangedMeanwhile:
                continue
            except Unusable as error:
                failed[str(each.path)] = error.reason
            break
        else:
            failed[str(each.path)] = "busy"
    return failed


def _was_altered(managed: Managed, found: Found) -> bool:
    if found.kind is not Kind.FILE:
        return False
    if managed.whole:
        return [part.lines for part in managed.parts] != [(hashlib.sha256(found.data).hexdigest().encode(),)]
    section = find(found.data)
    return has_markers(found.data) and (section is None or section.parts != managed.parts)


def _take_out_section(managed: Managed, found: Found) -> None:
    if found.kind is not Kind.FILE:
        return
    rest = take_out(found.data, last=managed.parts)
    if rest in {b"", managed.head} and managed.origin != Kind.FILE.value:
        _remove(managed, found)
    elif rest != found.data:
        Replacement.of(managed.path, found, rest).write()


def _give_back_whole(state: State, managed: Managed, found: Found) -> None:
    if managed.origin != Kind.FILE.value:
        if found.kind is Kind.FILE:
            _remove(managed, found)
        return
    assert managed.origin_sha256 is not None
    data = KeptTexts(state).data(managed.origin_sha256)
    if found.data != data or found.kind is not Kind.FILE:
        if managed.root.is_dir():
            # Somebody removed its folder since.
            make_folders(managed.path.parent, managed.root)
        Replacement.of(managed.path, found, data).write()
        if managed.origin_mode is not None:
            managed.path.chmod(managed.origin_mode)


def _remove(managed: Managed, found: Found) -> None:
    remove(managed.path, found)
    if managed.origin_link is not None:
        put_link(managed.path, managed.origin_link)
