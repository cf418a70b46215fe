"""The client of docs/pads.md types into a pad beside somebody in a browser."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen

from accounts.callers import foundry_caller
from accounts.services import create_token
from tests.browser.people import World
from tests.pads.browser.conftest import Pads, PadWindow
from tests.pads.test_documentation import program  # noqa: F401 (a fixture)
from tests.patience import PATIENCE

Open = Callable[..., PadWindow]


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
    command = [sys.executable, str(program), address, token, str(world.project.id), str(pad.id)]
    with Popen(command, stdin=PIPE, stdout=DEVNULL) as process:
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
