"""A program of its own that checks what strangers wrote, so that nothing of it takes for ever: it is killed then.

The programs are `schema_checker.py` and `expression_checker.py`. Each reads a JSON value a line, and answers each line
with one.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path


class CheckerLost(Exception):
    """No answer came in time, or the program ended. The next question starts it anew."""


class CheckerProcess:
    """One such program, which runs from `start` to `end`. It takes one question at a time: its caller keeps a lock."""

    def __init__(self, program: str) -> None:
        """`program` is the name of a file beside this one."""
        self._program = Path(__file__).with_name(program)
        self._process: subprocess.Popen[str] | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None

    def start(self) -> None:
        """Start the program. It has no variable of this process, and so none with a secret."""
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(self._program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )

    def ask(self, value: object, seconds: float) -> object:
        """The answer to one line. Raises `CheckerLost`."""
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        line = ""
        try:
            process.stdin.write(json.dumps(value) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except BrokenPipeError:
            pass
        finally:
            timer.cancel()
            timer.join()
        if not line:
            self.end()
            raise CheckerLost
        return json.loads(line)

    def end(self) -> None:
        """End the program, if it runs."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            try:
                stream.close()
            except BrokenPipeError:
                continue
