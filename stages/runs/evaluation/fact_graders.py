"""Graders of what is known about an answer: its tool calls, its cost, its time."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from stages.runs.agents.variables import MAX_RENDERED
from stages.runs.evaluation.grading import Grade, Grader, GraderBroken, LocalGrader, Subject


class ToolCallGrader(LocalGrader):
    """The answer calls the tool; where `arguments` are given, with these among its arguments."""

    def check(self, subject: Subject) -> Grade:
        tool = str(self.spec.options["tool"])
        calls = [call for call in subject.tool_calls if call.name == tool]
        if not calls:
            called = ", ".join(call.name for call in subject.tool_calls) or _("nothing")
            return self.verdict(False, _("Called: {names}").format(names=called))
        wanted = _Rendering(subject).of(self.spec.options.get("arguments", {}))
        assert isinstance(wanted, dict)
        for call in calls:
            arguments = _arguments(call.arguments)
            if all(_same(value, arguments, name) for name, value in wanted.items()):
                return self.verdict(True)
        return self.verdict(False, _("Called with {arguments}").format(arguments=calls[0].arguments))


class CostGrader(LocalGrader):
    """The answer costs at most so much, in the currency of the prices."""

    def check(self, subject: Subject) -> Grade:
        if subject.cost is None:
            raise GraderBroken(_("The cost of the answer is not known."))
        return _at_most(self, Decimal(subject.cost) / 1_000_000)


class LatencyGrader(LocalGrader):
    """The answer takes at most so many seconds."""

    def check(self, subject: Subject) -> Grade:
        if subject.seconds is None:
            raise GraderBroken(_("The time of the answer is not known."))
        return _at_most(self, Decimal(str(subject.seconds)))


def _at_most(grader: Grader, value: Decimal) -> Grade:
    most = grader.spec.options["at_most"]
    assert isinstance(most, Decimal)
    return grader.verdict(value <= most, f"{value:f}")


class _Rendering:
    """Puts the case's values into JSON values; all their texts together have as many characters as one may have."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._left = MAX_RENDERED

    def of(self, value: object) -> object:
        """A JSON value with the case's values in its texts; a text that is one variable becomes the value itself."""
        if isinstance(value, dict):
            return {name: self.of(each) for name, each in value.items()}
        if isinstance(value, list):
            return [self.of(each) for each in value]
        if not isinstance(value, str):
            return value
        alone = value.strip().removeprefix("{{").removesuffix("}}").strip()
        if value.strip().startswith("{{") and alone in self._subject.members:
            return self._subject.members[alone]
        text = self._subject.rendered(value)
        self._left -= len(text)
        if self._left < 0:
            raise GraderBroken(_("The arguments have more than {most} characters.").format(most=MAX_RENDERED))
        return text


def _arguments(text: str) -> dict[str, object]:
    """What a model wrote as arguments; none where that is no JSON object."""
    try:
        given = parse(text, name="arguments")
    except ValidationFailed:
        return {}
    return given if isinstance(given, dict) else {}


def _same(wanted: object, arguments: dict[str, object], name: str) -> bool:
    return name in arguments and canonical(wanted) == canonical(arguments[name])
