"""The grader `json_schema`. A program of its own checks (`schema_checker.py`), so that no schema takes for ever."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import parse
from stages.runs.evaluation.grading import Grade, Grader, GraderBroken, Subject
from stages.runs.evaluation.json_answers import json_in
from stages.runs.evaluation.suites import GraderSpec

CHECKER: Final = Path(__file__).with_name("schema_checker.py")
MAX_SECONDS: Final = 1.0
# The program has to start, and to import its library.
MAX_START_SECONDS: Final = 20.0


class SchemaGrader(Grader):
    """The answer is JSON, with or without a fence around it, and follows the schema. Close it."""

    def __init__(self, spec: GraderSpec, schema: object) -> None:
        super().__init__(spec)
        self._schema = schema
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def check(self, subject: Subject) -> Grade:
        try:
            value = parse(json_in(subject.text), name="answer")
        except ValidationFailed as error:
            return self.verdict(False, error.errors["answer"][0])
        with self._lock:
            self._start()
            problem = self._ask(value, MAX_SECONDS)
        return self.verdict(problem is None, problem or "")

    def close(self) -> None:
        with self._lock:
            self._end()

    def check_schema(self) -> None:
        """Raise `GraderBroken` where the schema cannot be used."""
        with self._lock:
            self._start()

    def _start(self) -> None:
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(CHECKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            # It needs no variable, and must not have those with secrets.
            env={"LC_ALL": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        problem = self._ask(self._schema, MAX_START_SECONDS)
        if problem is not None:
            self._end()
            raise GraderBroken(_("The schema cannot be used: {reason}").format(reason=problem))

    def _ask(self, value: object, seconds: float) -> str | None:
        """The answer to one line. Raises `GraderBroken` where none comes in time, or the program ended."""
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
            self._end()
            raise GraderBroken(_("The schema was not checked within {most} s.").format(most=seconds))
        problem = json.loads(line)
        return None if problem is None else str(problem)

    def _end(self) -> None:
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
