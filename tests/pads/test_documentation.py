"""docs/pads.md: its client in plain Python types into a pad beside others."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from accounts.models import User
from projects.models import Project
from stages.pads.loading import read_text
from stages.pads.models import Pad
from stages.pads.services import create_pad
from tests.gateway.conftest import in_thread
from tests.gateway.nodes import Nodes, Server, call, receive
from tests.patience import PATIENCE

PAGE = Path(settings.BASE_DIR) / "docs" / "pads.md"


@pytest.fixture
async def server(committed_db: None, process_environment: dict[str, str], nodes: Nodes) -> AsyncIterator[Server]:
    async with nodes.lent(process_environment) as server:
        yield server


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program of the page, as somebody copies it."""
    (code,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    place = tmp_path / "type_into_pad.py"
    place.write_text(code, encoding="utf-8")
    return place


@asynccontextmanager
async def running(program: Path, *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), *arguments, stdin=pipe, stdout=pipe, stderr=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def shows(process: asyncio.subprocess.Process, words: str) -> None:
    """Wait until the program prints a line that ends so."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while not (line := (await process.stdout.readline()).decode()).rstrip("\n").endswith(words):
            assert line, (await process.stderr.read()).decode() if process.stderr else ""


async def test_the_client_of_the_page_types_into_a_pad_beside_somebody_else(
    server: Server,
    program: Path,
    project: Project,
    owner: User,
    editor: User,
    tokens: dict[UUID, str],
    caller_for: Callable[..., Any],
) -> None:
    made: Pad = await in_thread(create_pad, caller=caller_for(owner), project_id=project.id, name="Thoughts")
    pad = str(made.id)
    arguments = (f"ws://127.0.0.1:{server.port}", tokens[editor.id], str(project.id), pad)
    async with server.connect(project, tokens[owner.id]) as other, running(program, *arguments) as process:
        await receive(other)
        await call(other, "pad.open", pad_id=pad, dialect="text")
        await shows(process, "0 ''")
        assert process.stdin is not None

        await call(other, "pad.edit", pad_id=pad, revision=0, edits=[{"pos": 0, "insert": "😀 "}])
        await shows(process, "'😀 '")
        process.stdin.write(b"one\n")
        await shows(process, r"'😀 one\n'")
        await call(other, "pad.edit", pad_id=pad, revision=1, edits=[{"pos": 0, "insert": "> "}])
        await shows(process, r"'> 😀 one\n'")
        process.stdin.write(b"two\n")
        process.stdin.close()
        async with asyncio.timeout(PATIENCE):
            assert await process.wait() == 0

        stored = await in_thread(read_text, made.id)
        assert (stored.revision, stored.text) == (4, "> 😀 one\ntwo\n")


def test_the_client_of_the_page_is_short(program: Path) -> None:
    lines = [line for line in program.read_text(encoding="utf-8").splitlines() if line.strip()]
    assert len(lines) <= 46
