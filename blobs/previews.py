"""Pictures of files: a program of its own draws them (`blobs/previewer.py`), so that no file can harm who asks.

A preview is the only thing of a stranger's file that a page shows.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PREVIEWER: Final = Path(__file__).with_name("previewer.py")
SIZES: Final = (256, 1600)
MEDIA_TYPE: Final = "image/webp"
# Formats of which there is a preview, if they are what they say.
DRAWN_TYPES: Final = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})
MAX_SECONDS: Final = 20
MAX_PREVIEW: Final = 4 * 1024 * 1024


class NoPreview(Exception):
    """There is no preview of a file: it is broken, of another format, or takes too much to draw."""


def draw_previews(pieces: Iterable[bytes]) -> dict[int, bytes]:
    """Draw a file that is given piece by piece: a WebP picture of at most so many pixels a side, for each of `SIZES`.

    It takes at most `MAX_SECONDS`, and of this process the memory of one piece and the pictures.

    Raises:
        NoPreview: with the reason, for the log.
    """
    process = subprocess.Popen(
        [sys.executable, "-I", str(PREVIEWER), *map(str, SIZES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        # It needs no variable, and must not have those with secrets.
        env={"LC_ALL": "C.UTF-8"},
        cwd="/",
        start_new_session=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    timer = threading.Timer(MAX_SECONDS, _kill, [process])
    timer.start()
    try:
        # A program that has ended reads no more.
        with contextlib.suppress(BrokenPipeError), process.stdin as given:
            for piece in pieces:
                given.write(piece)
        answer = process.stdout.read(len(SIZES) * (MAX_PREVIEW + 4) + 1)
        in_time = timer.is_alive()
    finally:
        timer.cancel()
        timer.join()
        _kill(process)
        process.stdout.close()
        process.wait()
    if not in_time:
        raise NoPreview(f"it was not drawn within {MAX_SECONDS} s")
    return dict(zip(SIZES, _pictures(answer), strict=True))


def _pictures(answer: bytes) -> list[bytes]:
    """What the program answered, which is not trusted either: whole pictures in the one format."""
    pictures = []
    while answer:
        (length,) = struct.unpack(">I", answer[:4].ljust(4, b"\0"))
        picture, answer = answer[4 : 4 + length], answer[4 + length :]
        if len(picture) != length or length > MAX_PREVIEW or picture[:4] != b"RIFF" or picture[8:12] != b"WEBP":
            raise NoPreview("what was drawn is no picture")
        pictures.append(picture)
    if len(pictures) != len(SIZES):
        raise NoPreview("nothing was drawn")
    return pictures


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the program and whatever it may have started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
