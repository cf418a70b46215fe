"""Loading collects no garbage; what runs afterwards does."""

from __future__ import annotations

import gc

import django
import pytest

from foundry_site.loading import load_apps
from tests.default_installation import manage


def test_a_command_runs_with_garbage_collection_and_past_what_was_loaded() -> None:
    said = manage("shell", "--no-imports", "-c", "import gc; print(gc.isenabled(), gc.get_freeze_count() > 100_000)")
    assert said.split() == ["True", "True"]


def test_apps_are_loaded_without_garbage_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile: list[bool] = []
    monkeypatch.setattr(django, "setup", lambda: meanwhile.append(gc.isenabled()))
    load_apps()
    assert meanwhile == [False]
    assert gc.isenabled()


def test_garbage_is_collected_although_the_apps_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("no settings")

    monkeypatch.setattr(django, "setup", fail)
    with pytest.raises(RuntimeError, match="no settings"):
        load_apps()
    assert gc.isenabled()
