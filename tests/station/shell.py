"""The commands, run in this process on a rig's state."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from foundry_station.__main__ import main
from tests.station.rig import Rig


class Shell:
    """Runs commands on the rig's state."""

    def __init__(self, rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
        self.rig, self._capsys = rig, capsys
        self.out = self.err = ""

    def run(self, *arguments: str) -> int:
        self._capsys.readouterr()
        try:
            code = main(["--home", str(self.rig.folder / "state"), *arguments])
        except SystemExit as error:
            code = int(str(error.code))
        self.out, self.err = self._capsys.readouterr()
        return code

    def json(self, *arguments: str) -> Any:
        self.run(*arguments, "--json")
        return json.loads(self.out)

    async def run_async(self, *arguments: str) -> int:
        return await asyncio.to_thread(self.run, *arguments)


@pytest.fixture
def shell(rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.setenv("HOME", str(rig.home))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Shell(rig, capsys)
