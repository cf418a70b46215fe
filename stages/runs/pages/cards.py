"""The conversation of an experiment as its page shows it: each question with a card for each model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from accounts.models import User
from stages.runs.answers import answers_of
from stages.runs.models import Experiment, Message, Run, RunStatus
from stages.runs.pages.failures import Failure, Helper, failure_of
from stages.runs.pages.patch_lines import PatchLine, lines_of, patches_of
from stages.runs.pages.presentation import status_words
from workspace.releases.presentation import StateWords

# Earlier questions are on a page of their own.
MAX_QUESTIONS: Final = 20
# Characters of an answer that a card shows; a link leads to all of them.
MAX_ANSWER: Final = 50_000
# Runs that a page reads, the newest ones.
MAX_RUNS_READ: Final = 300


@dataclass(frozen=True, slots=True)
class Card:
    """One run. `number` counts the runs of its experiment; `seconds` is how long it took, None while it waits.

    `patch` is what it changed, as a unified diff; empty for a run that changed nothing, or makes no changes.
    """

    run: Run
    number: int
    text: str
    state: StateWords
    failure: Failure | None
    may_stop: bool
    patch: str = ""

    @property
    def patch_lines(self) -> list[PatchLine]:
        """The beginning of the patch, line by line."""
        return lines_of(self.patch[:MAX_ANSWER])

    @property
    def seconds(self) -> float | None:
        if self.run.started_at is None or self.run.ended_at is None:
            return None
        return (self.run.ended_at - self.run.started_at).total_seconds()

    @property
    def is_cut(self) -> bool:
        """Whether it shows the beginning of its answer only. Nothing is cut while more may come."""
        return not self.is_live and len(self.patch or self.text) > MAX_ANSWER

    @property
    def shown_text(self) -> str:
        return self.text[:MAX_ANSWER] if self.is_cut else self.text

    @property
    def is_live(self) -> bool:
        """Whether more may come."""
        return not self.run.has_ended

    @property
    def tokens(self) -> int:
        return self.run.output_tokens


@dataclass(frozen=True, slots=True)
class Question:
    """One message with the runs that answer it; `base` is the run that it goes on from."""

    message: Message
    base: Card | None
    cards: list[Card]

    @property
    def answers(self) -> list[Card]:
        """Those in the columns."""
        return [card for card in self.cards if card.failure is None]

    @property
    def failures(self) -> list[Card]:
        return [card for card in self.cards if card.failure is not None]


@dataclass(frozen=True, slots=True)
class Viewer:
    """What depends on who reads."""

    user: User
    may_stop_others: bool
    helper: Helper

    @property
    def may_start(self) -> bool:
        return self.helper.may_start


def runs_of(experiment: Experiment, *, also: Collection[UUID] = ()) -> list[Run]:
    """The newest runs of an experiment and those named, oldest first, with models and starters; each has its `number`.

    An experiment may have any number of runs, as models are asked again; a page reads at most so many of them.
    """
    related = ("profile__secret", "starter", "message__content")
    every = Run.objects.filter(experiment=experiment).select_related(*related)
    newest = list(every.order_by("-id")[:MAX_RUNS_READ])[::-1]
    before = Run.objects.filter(experiment=experiment, id__lt=newest[0].id) if len(newest) == MAX_RUNS_READ else None
    offset = before.count() if before is not None else 0
    for number, run in enumerate(newest, offset + 1):
        run.number = number
    missing = set(also) - {run.id for run in newest}
    older = list(every.filter(pk__in=missing).order_by("id")) if offset and missing else []
    for run in older:
        run.number = Run.objects.filter(experiment=experiment, id__lte=run.id).count()
    for run in (found := [*older, *newest]):
        run.experiment = experiment
    return found


def questions_of(experiment: Experiment, runs: Sequence[Run], viewer: Viewer) -> tuple[list[Question], int]:
    """The newest questions, oldest first, and how many there are before them."""
    messages = Message.objects.filter(experiment=experiment).select_related("author", "content")
    newest = list(messages.order_by("-number")[:MAX_QUESTIONS])[::-1]
    shown = [run for message in newest for run in _shown(runs, message)]
    texts = answers_of([run for run in shown if run.status != RunStatus.FAILED], most=MAX_ANSWER)
    patches = patches_of(shown, most=MAX_ANSWER)
    cards = {
        run.id: card_of(run, run.number, texts.get(run.id, ""), viewer, patch=patches.get(run.id, "")) for run in shown
    }
    others = {run.id: run for run in runs}
    gone = {message.base_run_id for message in newest if message.base_run_id and message.base_run_id not in others}
    others |= {run.id: run for run in runs_of(experiment, also=gone)} if gone else {}
    questions = [
        Question(
            message,
            _base(message, others, viewer),
            [cards[run.id] for run in _shown(runs, message)],
        )
        for message in newest
    ]
    return questions, (newest[0].number - 1 if newest else 0)


def card_of(run: Run, number: int, text: str, viewer: Viewer, *, patch: str = "") -> Card:
    """A run as its reader sees it."""
    failure = failure_of(run, viewer.helper) if run.status == RunStatus.FAILED else None
    may_stop = not run.has_ended and (viewer.may_stop_others or (run.is_of(viewer.user) and viewer.may_start))
    return Card(run, number, text, status_words(run), failure, may_stop, patch)


def _shown(runs: Iterable[Run], message: Message) -> list[Run]:
    """The runs of a message; of a model that was asked again only the last, unless the one before has an answer."""
    of_message = [run for run in runs if run.message_id == message.id]
    last: dict[UUID, Run] = {run.profile_id: run for run in of_message}
    return [run for run in of_message if run is last[run.profile_id] or run.status == RunStatus.SUCCEEDED]


def _base(message: Message, runs: dict[UUID, Run], viewer: Viewer) -> Card | None:
    run = runs.get(message.base_run_id) if message.base_run_id else None
    return card_of(run, run.number, "", viewer) if run is not None else None
