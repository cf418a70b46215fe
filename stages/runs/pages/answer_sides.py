"""An answer of an evaluation beside that of its baseline, with the words marked that differ."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from drafts.compare.budget import Budget
from drafts.compare.words import Span, mark_words
from stages.runs.models import Call, Experiment
from stages.runs.results import Results
from workspace.highlighting import pieces
from workspace.releases.presentation import StateWords


@dataclass(frozen=True, slots=True)
class AnswerSide:
    """One answer: its version, whether it passed, its text in pieces (text, whether it differs); None without one.

    `side` is `before` for the baseline's, else `after`.
    """

    version: str
    side: str
    words: StateWords | None
    pieces: list[tuple[str, bool]] | None


def answer_sides(found: Results, call: Call | None, before: Call | None) -> list[AnswerSide]:
    """The answer, and in front of it that of the baseline where there is one."""
    old, new = _text(before), _text(call)
    marks = mark_words(old, new, Budget()) if old is not None and new is not None else None
    after = _side(found.experiment, "after", call, new, marks.new if marks else ())
    if before is None or found.baseline is None:
        return [after]
    return [_side(found.baseline.experiment, "before", before, old, marks.old if marks else ()), after]


def _side(
    experiment: Experiment, side: str, call: Call | None, text: str | None, marks: tuple[Span, ...]
) -> AnswerSide:
    version = _("v{version}").format(version=experiment.version)
    return AnswerSide(version, side, _words(call), None if text is None else list(pieces(text, marks)))


def _text(call: Call | None) -> str | None:
    return call.response.text if call is not None and call.response is not None else None


def _words(call: Call | None) -> StateWords | None:
    """Whether it passed; None for one that was not graded."""
    if call is None or call.passed is None:
        return None
    return StateWords("good", "circle-check", _("pass")) if call.passed else StateWords("bad", "circle-x", _("fail"))
