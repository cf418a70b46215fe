"""A run that refines as its page shows it: calls used, the best score so far, and the texts that were tried."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from projects import field_names
from stages.runs.models import RunStatus
from stages.runs.pages.cards import Card, Question
from stages.runs.refinement.progress import Candidate, Progress, progress_of

# Texts that the page shows, the newest; REST has all.
MAX_TEXTS: Final = 50
# Characters of a text that the page shows.
MAX_SHOWN: Final = 20_000


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A text with its scores."""

    candidate: Candidate
    of: int

    @property
    def name(self) -> str:
        number = self.candidate.number
        return _("Text {number}").format(number=number) if number else _("The first text")

    @property
    def score(self) -> str:
        """Its score on the working cases, or how far it was tried."""
        if self.candidate.working is not None:
            return _("{percent} %").format(percent=self.candidate.working.percent)
        if not self.candidate.answers:
            return _("not tried")
        return _("{answers} of {all} answers").format(answers=self.candidate.answers, all=self.of)

    @property
    def proof(self) -> str:
        """Its score on the cases that were held back."""
        found = self.candidate.held_out
        return _("{percent} %").format(percent=found.percent) if found is not None else ""

    @property
    def text(self) -> str:
        return self.candidate.text[:MAX_SHOWN]

    @property
    def is_cut(self) -> bool:
        return len(self.candidate.text) > MAX_SHOWN


@dataclass(frozen=True, slots=True)
class RefineCard:
    """A run, and how far it is."""

    card: Card
    progress: Progress

    @property
    def field(self) -> str:
        return field_names.label(self.progress.refinement.field)

    @property
    def rows(self) -> Sequence[CandidateRow]:
        """The first text, and the newest of the others, the newest first."""
        first, *others = self.progress.candidates
        shown = [each for each in others[::-1][:MAX_TEXTS] if not each.is_best]
        best = [each for each in others if each.is_best]
        return [CandidateRow(each, self.progress.answers) for each in (*best, *shown, first)]

    @property
    def best(self) -> CandidateRow | None:
        found = self.progress.best
        return CandidateRow(found, self.progress.answers) if found is not None else None

    @property
    def first(self) -> CandidateRow:
        return CandidateRow(self.progress.first, self.progress.answers)

    @property
    def texts(self) -> int:
        """How many texts were proposed."""
        return len(self.progress.candidates) - 1

    @property
    def result(self) -> tuple[str, str] | None:
        """Both scores on the cases that were held back, once the run has its result."""
        verdict = self.card.run.verdict
        if verdict is None:
            return None
        before, after = (verdict[name]["score"] / 10_000 for name in ("before", "after"))
        return (_("{percent} %").format(percent=f"{before:.1f}"), _("{percent} %").format(percent=f"{after:.1f}"))

    @property
    def may_propose(self) -> bool:
        """Whether there is a better text to propose."""
        return self.card.run.status == RunStatus.SUCCEEDED and self.card.run.patch_id is not None


def refine_cards(questions: Iterable[Question]) -> list[RefineCard]:
    """The runs of an experiment that refines."""
    return [refine_card(card) for question in questions for card in question.cards]


def refine_card(card: Card) -> RefineCard:
    """A run with how far it is; several queries."""
    return RefineCard(card, progress_of(card.run))
