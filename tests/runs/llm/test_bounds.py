"""A provider that sends 100 MB takes neither the memory nor the time of a runner."""

from __future__ import annotations

import resource

import pytest

from stages.runs import outbound
from tests.runs.llm.asking import failure_of
from tests.runs.llm.conftest import Ask
from tests.runs.provider import ScriptedProvider
from tests.runs.wires import Wire


@pytest.mark.parametrize("model", ["endless", "endless-text", "endless-line", "endless-lines", "endless-error"])
async def test_100_mb_are_cut_off(
    wire: Wire, model: str, ask: Ask, server: ScriptedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "MAX_ANSWER_BYTES", 6 * 1024 * 1024)
    await ask(wire, "good")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    failure = await failure_of(ask(wire, model))
    assert failure.cause == "bad_response"
    assert server.sent < 50_000_000, "the rest was not taken"
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100 * 1024, "KiB"
