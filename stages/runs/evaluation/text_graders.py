"""Graders that compare the answer's text: exact, contains, regex, similarity."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from rapidfuzz.distance import Indel

from stages.runs.agents.variables import names_in, render
from stages.runs.evaluation.grading import Grade, Grader, GraderBroken, Subject
from stages.runs.evaluation.suites import GraderSpec

# In bytes, for one expression.
REGEX_MEMORY: Final = 8 * 1_048_576
# In characters: two texts of this length take a tenth of a second.
MAX_COMPARED: Final = 100_000


class _TextGrader(Grader):
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
        wanted = [subject.rendered(str(each)) for each in (given if isinstance(given, tuple) else (given,))]
        text = self.folded(subject.text)
        missing = [each for each in wanted if self.folded(each) not in text]
        return self.verdict(not missing, _("Missing: {text}").format(text=missing[0]) if missing else "")


class RegexGrader(_TextGrader):
    """The expression, in RE2's syntax, is found in the answer. A case's value in it is taken literally.

    RE2 is loaded with the first expression: a node that serves pages seldom needs it.
    """

    def check(self, subject: Subject) -> Grade:
        import re2

        members = {name: re2.escape(subject.rendered(f"{{{{{name}}}}}")) for name in subject.members}
        literal = Subject(subject.text, members=members, variables=subject.variables)
        return self.verdict(self._expression(literal.rendered(self.pattern)).search(subject.text) is not None)

    @property
    def pattern(self) -> str:
        return str(self.spec.options["pattern"])

    def check_expression(self) -> None:
        """Raise `GraderBroken` where RE2 cannot read the expression, whatever the values in it are."""
        self._expression(render(self.pattern, dict.fromkeys(names_in(self.pattern), "x")))

    def _expression(self, pattern: str) -> Any:
        import re2

        options = re2.Options()
        options.log_errors = False
        options.max_mem = REGEX_MEMORY
        options.case_sensitive = not self.ignores_case
        try:
            return re2.compile(pattern, options)
        except re2.error as error:
            shown = error.args[0] if error.args else ""
            shown = shown.decode("utf-8", "replace") if isinstance(shown, bytes) else str(shown)
            raise GraderBroken(_("RE2 cannot read the expression: {reason}").format(reason=shown)) from None


class SimilarityGrader(Grader):
    """The answer is like the value: twice the length of what both have in common, by the length of both."""

    def check(self, subject: Subject) -> Grade:
        wanted = subject.rendered(str(self.spec.options["value"]))
        if max(len(wanted), len(subject.text)) > MAX_COMPARED:
            raise GraderBroken(_("The texts have more than {most} characters.").format(most=MAX_COMPARED))
        score = Indel.normalized_similarity(subject.text.strip(), wanted.strip())
        least = self.spec.options["at_least"]
        assert isinstance(least, Decimal)
        return self.verdict(Decimal(str(score)) >= least, score=score)
