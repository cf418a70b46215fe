"""The threads on a proposal, each at its place in a round, and how many there are.

A comment is on one side of a round: what it was made from (`base`), what was current then (`current`), or what it
proposes (`after`). In another round it is shown where its text is on the same side; base and current are the left side
of a comparison, `after` is the right one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from drafts.comments.models import Comment, CommentQuerySet, Side
from drafts.comments.positions import positions_in
from drafts.comments.reading import replies_of, thread_body
from kernel.errors import NotFound
from proposals.drift import Item, contents_now, items_of_round
from proposals.kinds import Content
from proposals.models import Proposal, Round
from proposals.renaming import follow_renames, former_names, names_in_round

# What the left side of a comparison can be.
LEFTS: Final = (Side.BASE.value, Side.CURRENT.value)


def threads_query(
    proposal: Proposal, *, number: int | None = None, state: str | None = None, field: str | None = None
) -> CommentQuerySet:
    """The threads on the rounds of a proposal up to round `number`, newest first, with their people.

    `field` is the one target whose threads are read, by its name.
    """
    rounds = _rounds(proposal.id, number).values("id")
    threads = Comment.objects.on_rounds(rounds).with_facts().order_by("-id")
    if field is not None:
        threads = threads.filter(field__in=former_names(proposal.project_id, field))
    return threads if state is None else threads.filter(state=state)


def bodies(
    proposal: Proposal, threads: Sequence[Comment], *, number: int | None = None, left: str = "current"
) -> list[dict[str, Any]]:
    """Threads of a proposal (`threads_query`) in round `number` (None: the newest), in their order.

    As `drafts.comments.reading.thread_bodies` gives those on versions; `version` is None, and `proposal_id`, `round`
    and `side` say where each was made. `position` is its lines on its side of the shown round: for the left one in the
    text of now (`left`: `current`) or in that which the round was made from; None where the text is gone, or the
    comment has no lines. Nine queries at most, whatever the number of threads. Raises `NotFound` for the round.
    """
    rounds = list(_rounds(proposal.id, number))
    if number is not None and (not rounds or rounds[-1].number != number):
        raise NotFound(_("There is no round {number}.").format(number=number))
    return _bodies(threads, rounds, left) if threads else []


def thread_bodies(threads: Sequence[Comment]) -> list[dict[str, Any]]:
    """Threads of one proposal at their places in its newest round, as REST shows them."""
    proposal_id = Round.objects.values_list("proposal_id", flat=True).get(pk=str(threads[0].round_id))
    return _bodies(threads, list(_rounds(proposal_id)), "current")


def _rounds(proposal_id: UUID, number: int | None = None) -> QuerySet[Round]:
    rounds = Round.objects.filter(proposal=proposal_id).order_by("number")
    return rounds if number is None else rounds.filter(number__lte=number)


def comment_counts(of_round: Mapping[UUID, UUID]) -> Mapping[UUID, Counter[str]]:
    """How many threads proposals have, by state; `of_round` has the proposal of each of their rounds. One query."""
    found: defaultdict[UUID, Counter[str]] = defaultdict(Counter)
    rows: Any = Comment.objects.on_rounds(of_round).values("round_id", "state").annotate(count=Count("pk")).order_by()
    for row in rows:
        found[of_round[row["round_id"]]][row["state"]] += row["count"]
    return found


def _bodies(threads: Sequence[Comment], rounds: Sequence[Round], left: str) -> list[dict[str, Any]]:
    """The threads in the last of these rounds, which are those of one proposal by their numbers."""
    shown = rounds[-1]
    numbers = {round_.id: round_.number for round_ in rounds}
    items = {item.key.name: item for item in follow_renames(shown.project_id, items_of_round(shown))}
    names = _names(threads, items, rounds)
    contents = _contents(threads, names, items, shown, left)
    places = positions_in(threads, contents)
    replies = replies_of(threads)
    return [
        {
            "version": None,
            "proposal_id": shown.proposal_id,
            "round": numbers[thread.round_id] if thread.round_id else None,
            "side": thread.side,
            **thread_body(thread, names[thread.id], places.get(thread.id), replies.get(thread.id, [])),
        }
        for thread in threads
    ]


def _names(threads: Sequence[Comment], items: Mapping[str, Item], rounds: Sequence[Round]) -> dict[UUID, str]:
    """What the target of each thread is called in the last round: its file may have been renamed since."""
    names = {thread.id: thread.field for thread in threads}
    of_id = {round_.id: round_ for round_ in rounds}
    others = [
        (thread.field, of_id[thread.round_id]) for thread in threads if thread.round_id and thread.field not in items
    ]
    later = names_in_round(rounds[-1], others) if others else {}
    for thread in threads:
        name = later.get((thread.field, thread.round_id)) if thread.round_id else None
        if name is not None and name in items:
            names[thread.id] = name
    return names


def _contents(
    threads: Sequence[Comment], names: Mapping[UUID, str], items: dict[str, Item], shown: Round, left: str
) -> dict[UUID, str | None]:
    """The text, by hash, in which each thread is looked for; None where its target is no part of the shown round."""
    lefts = {name: item.base for name, item in items.items()}
    if left == "current" and any(thread.side != Side.AFTER for thread in threads):
        now = contents_now(shown.project_id, [item.now_key for item in items.values()])
        lefts = {name: now[item.now_key] for name, item in items.items()}
    found: dict[UUID, str | None] = {}
    for thread in threads:
        name = names[thread.id]
        item = items.get(name)
        content = None if item is None else item.after if thread.side == Side.AFTER else lefts[name]
        found[thread.id] = text_hash(content)
    return found


def text_hash(content: Content) -> str | None:
    """The SHA-256 of a content's text; None where it has none."""
    digest: Any = content.get("sha256") if content else None
    return digest if isinstance(digest, str) else None
