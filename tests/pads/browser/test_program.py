"""The client of docs/pads.md types into a pad beside somebody in a browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.callers import foundry_caller
from accounts.services import create_token
from tests.browser.people import World
from tests.pads.browser.conftest import Pads, PadWindow
from tests.pads.test_documentation import program  # noqa: F401 (a fixture)
from tests.patience import PATIENCE

Open = Callable[..., PadWindow]


@contextmanager
def running(program: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:  # noqa: F811
    pipe = subprocess.PIPE
    process = subprocess.Popen([sys.executable, str(program), *arguments], stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_program_and_a_browser_write_in_one_pad(
    pads: Pads,
    open_pad: Open,
    world: World,
    program: Path,  # noqa: F811
) -> None:
    pad = pads.make()
    mara = open_pad("owner", pad)
    user_id = world.people["editor"].id
    token = world.arrange(lambda: create_token(caller=foundry_caller("command"), name="IDE", user_id=user_id)[1])
    address = world.url.replace("http", "ws", 1)
    with running(program, address, token, str(world.project.id), str(pad.id)) as process:
        assert process.stdin is not None
        process.stdin.write("From the program 😀\n".encode())
        process.stdin.flush()
        mara.expect_text("From the program 😀\n")
        mara.write("> ", at="Home")
        pads.until(pad, "> From the program 😀\n")
        process.stdin.write(b"and on\n")
        process.stdin.close()
        mara.expect_text("> From the program 😀\nand on\n")
        assert process.wait(PATIENCE) == 0
    # It reads as somebody who writes, in the list of people too.
    mara.page.locator("[data-controller=pad-people]").get_by_text("Daniel Okafor").wait_for()
