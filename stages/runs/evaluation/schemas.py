"""The grader `json_schema`. A program of its own checks (`schema_checker.py`), so that no schema takes for ever."""

from __future__ import annotations

import threading
from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import parse
from stages.runs.evaluation.checker_process import CheckerLost, CheckerProcess
from stages.runs.evaluation.grading import Grade, GraderBroken, LocalGrader, Subject
from stages.runs.evaluation.json_answers import json_in
from stages.runs.evaluation.suites import GraderSpec

MAX_SECONDS: Final = 1.0
# The program has to start, and to import its library.
MAX_START_SECONDS: Final = 20.0


class SchemaGrader(LocalGrader):
    """The answer is JSON, with or without a fence around it, and follows the schema. Close it."""

    def __init__(self, spec: GraderSpec, schema: object) -> None:
        super().__init__(spec)
        self._schema = schema
        self._lock = threading.Lock()
        self._checker = CheckerProcess("schema_checker.py")

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
            self._checker.end()

    def check_schema(self, seconds: float = MAX_START_SECONDS) -> None:
        """Raise `GraderBroken` where the schema cannot be used, or takes longer to read."""
        with self._lock:
            self._start(seconds)

    def _start(self, seconds: float = MAX_START_SECONDS) -> None:
        if self._checker.is_running:
            return
        self._checker.start()
        problem = self._ask(self._schema, seconds)
        if problem is not None:
            self._checker.end()
            raise GraderBroken(_("The schema cannot be used: {reason}").format(reason=problem))

    def _ask(self, value: object, seconds: float) -> str | None:
        """What is wrong with one line. Raises `GraderBroken`."""
        try:
            problem = self._checker.ask(value, seconds)
        except CheckerLost:
            raise GraderBroken(_("The schema was not checked within {most} s.").format(most=seconds)) from None
        return None if problem is None else str(problem)
