"""Graders that compare the answer's text: exact, contains, regex, similarity."""

from __future__ import annotations

import re
import threading
from decimal import Decimal
from typing import Final

from django.utils.translation import gettext as _
from rapidfuzz.distance import Indel

from stages.runs.agents.variables import names_in, render
from stages.runs.evaluation.checker_process import CheckerLost, CheckerProcess
from stages.runs.evaluation.grading import Grade, GraderBroken, LocalGrader, Subject
from stages.runs.evaluation.suites import GraderSpec

# For one answer; the program that looks for expressions has to start before, and to import its library.
MAX_SEARCH_SECONDS: Final = 1.0
MAX_START_SECONDS: Final = 20.0
# In characters: two texts of this length take a tenth of a second.
MAX_COMPARED: Final = 100_000
_SIGNS: Final = re.compile(r"[!-/:-@\[-^`{-~]")


class _TextGrader(LocalGrader):
    def __init__(self, spec: GraderSpec) -> None:
        super().__init__(spec)
        self.ignores_case = bool(spec.options.get("ignore_case"))

    def folded(self, text: str) -> str:
        return text.casefold() if self.ignores_case else text


class ExactGrader(_TextGrader):
    """The answer is the value, white space around both aside."""

    def check(self, subject: Subject) -> Grade:
        wanted = subject.rendered(str(self.spec.options["value"])).strip()
        return self.verdict(self.folded(subject.text.strip()) == self.folded(wanted))


class ContainsGrader(_TextGrader):
    """The answer contains the value, or each of several."""

    def check(self, subject: Subject) -> Grade:
        given = self.spec.options["value"]
        text = self.folded(subject.text)
        missing = None
        for each in given if isinstance(given, tuple) else (given,):
            wanted = subject.rendered(str(each))
            if missing is None and self.folded(wanted) not in text:
                missing = wanted
        return self.verdict(missing is None, _("Missing: {text}").format(text=missing) if missing is not None else "")


class Expressions:
    """Looks for the expressions of a suite, in a program of its own (`expression_checker.py`). Close it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checker = CheckerProcess("expression_checker.py")

    def search(self, pattern: str, text: str, *, ignores_case: bool) -> bool:
        """Whether an expression is found in a text. Raises `GraderBroken` where RE2 cannot read it, or takes long."""
        asked = {"pattern": pattern, "ignores_case": ignores_case, "text": text}
        with self._lock:
            try:
                if not self._checker.is_running:
                    self._checker.start()
                    self._checker.ask(None, MAX_START_SECONDS)
                found = self._checker.ask(asked, MAX_SEARCH_SECONDS)
            except CheckerLost:
                words = _("The expression was not evaluated within {most} s.")
                raise GraderBroken(words.format(most=MAX_SEARCH_SECONDS)) from None
        if not isinstance(found, bool):
            raise GraderBroken(_("RE2 cannot read the expression: {reason}").format(reason=found))
        return found

    def close(self) -> None:
        """End the program."""
        with self._lock:
            self._checker.end()


class RegexGrader(_TextGrader):
    """The expression, in RE2's syntax, is found in the answer. A case's value in it is taken literally."""

    def __init__(self, spec: GraderSpec, expressions: Expressions) -> None:
        super().__init__(spec)
        self._expressions = expressions

    def check(self, subject: Subject) -> Grade:
        # RE2 reads each of its characters that stands for itself with a backslash before it.
        members = {name: _escaped(subject.rendered(f"{{{{{name}}}}}")) for name in subject.members}
        literal = Subject(subject.text, members=members, variables=subject.variables)
        return self.verdict(self._search(literal.rendered(self.pattern), subject.text))

    @property
    def pattern(self) -> str:
        return str(self.spec.options["pattern"])

    def check_expression(self) -> None:
        """Raise `GraderBroken` where RE2 cannot read the expression, whatever the values in it are."""
        self._search(render(self.pattern, dict.fromkeys(names_in(self.pattern), "x")), "")

    def _search(self, pattern: str, text: str) -> bool:
        return self._expressions.search(pattern, text, ignores_case=self.ignores_case)


def _escaped(text: str) -> str:
    """A text as an expression of RE2 that finds just that text."""
    return _SIGNS.sub(r"\\\g<0>", text)


class SimilarityGrader(LocalGrader):
    """The answer is like the value: twice the length of what both have in common, by the length of both."""

    def check(self, subject: Subject) -> Grade:
        wanted = subject.rendered(str(self.spec.options["value"]))
        if max(len(wanted), len(subject.text)) > MAX_COMPARED:
            raise GraderBroken(_("The texts have more than {most} characters.").format(most=MAX_COMPARED))
        score = Indel.normalized_similarity(subject.text.strip(), wanted.strip())
        least = self.spec.options["at_least"]
        assert isinstance(least, Decimal)
        return self.verdict(Decimal(str(score)) >= least, score=score)
