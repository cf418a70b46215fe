"""What ends by itself is started again, and given up loudly where that is of no use."""

from __future__ import annotations

import threading

import pytest

from foundry_site.embedded.errors import EmbeddedServiceError
from foundry_site.launcher import supervision
from foundry_site.launcher.supervision import MAX_STARTS, Supervised, supervised
from tests.patience import PATIENCE


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "LOOK_SECONDS", 0.001)


def test_what_has_ended_is_started_again_and_said(capfd: pytest.CaptureFixture[str]) -> None:
    runs, started = threading.Event(), threading.Event()

    def start() -> None:
        runs.set()
        started.set()

    with supervised([Supervised("It", runs.is_set, start, pytest.fail)], first_pause=0.001):
        assert started.wait(PATIENCE)
        started.clear()
        runs.clear()
        assert started.wait(PATIENCE)
    assert "It has ended, and is started again" in capfd.readouterr().err


def test_what_cannot_be_kept_running_is_given_up_loudly(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "MAX_PAUSE", 0.002)
    starts, given_up = [], threading.Event()

    def start() -> None:
        starts.append(1)
        raise EmbeddedServiceError("No space left on device")

    with supervised([Supervised("It", lambda: False, start, given_up.set)], first_pause=0.001):
        assert given_up.wait(PATIENCE)
    assert len(starts) == MAX_STARTS
    said = capfd.readouterr().err
    assert "It does not start: No space left on device" in said
    assert "ALERT It has ended" in said
