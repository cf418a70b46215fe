"""A replica recomputes the content hash of each version, as far as home's events say what it covers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from drafts.content import content_hash
from drafts.models import FieldContent
from stages.replication.home.content_hashes import _NewestVersion
from stages.replication.home.projection.shapes import Saved, fit
from tests.replication.home.copying import CopiedProject

A, B, C = ("a" * 64, "b" * 64, "c" * 64)
PROMPT = FieldContent(A, "text/markdown", "markdown")


def version(number: int, fields: dict[str, tuple[str | None, str | None]], digest: str, **more: Any) -> Saved:
    changes = {name: {"before": before, "after": after} for name, (before, after) in fields.items()}
    facts = {"version": number, "message": "", "kind": "save", "source_version": None, "content_hash": digest}
    found = fit(Saved, {**facts, "fields": changes, **more})
    assert found is not None
    return found


def test_a_version_with_another_hash_than_its_texts_make_is_wrong() -> None:
    versions = _NewestVersion()
    assert versions.save(version(1, {"prompt_text": (None, A)}, content_hash({"prompt_text": PROMPT})))
    assert not versions.save(version(2, {"prompt_text": (A, B)}, content_hash({"prompt_text": PROMPT})))
    right = content_hash({"prompt_text": replace(PROMPT, sha256=C)})
    assert versions.save(version(3, {"prompt_text": (B, C)}, right))


def test_a_language_that_somebody_chose_is_no_fault_and_is_known_from_then_on() -> None:
    versions = _NewestVersion()
    chosen = {"files/notes.txt": FieldContent(A, "text/x-unknown", "esperanto")}
    assert versions.save(version(1, {"files/notes.txt": (None, A)}, content_hash(chosen)))
    held = {"files/notes.txt": FieldContent(B, "text/plain", None)}
    assert versions.save(version(2, {"files/notes.txt": (A, B)}, content_hash(held)))
    renamed = {"files/plan.md": replace(held["files/notes.txt"])}
    moved = {"files/notes.txt": (B, None), "files/plan.md": (None, B)}
    assert versions.save(version(3, moved, content_hash(renamed), renamed={"files/plan.md": "files/notes.txt"}))
    assert not versions.save(version(4, {"prompt_text": (None, C)}, "d" * 64))


@pytest.mark.django_db
def test_what_home_recorded_is_right_and_raises_no_alarm(recorded: CopiedProject) -> None:
    recorded.take_all()
    assert recorded.home.alarm is None


@pytest.mark.django_db
def test_a_wrong_version_of_home_is_an_alarm_that_names_it(
    recorded: CopiedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What home records is sealed in its chain: the recomputed hash is the one that differs.
    monkeypatch.setattr("stages.replication.home.content_hashes.content_hash", lambda _fields: "d" * 64)
    recorded.take_all()
    alarm = recorded.home.alarm
    assert alarm is not None
    assert (alarm["kind"], "version 1 " in alarm["detail"]) == ("wrong_content", True)
