"""What all writes of an opened proposal share: its rounds, the data of its events, and who is notified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from audit.event_types import InboxLine
from audit.keys.text import rfc3339
from audit.models import Event
from audit.services import Target
from kernel.errors import Conflict, NotFound, StaleProposal
from projects.writing import ProjectWrite
from proposals.models import Proposal, ProposalState, Round
from proposals.visibility import refuse_ended


def target_of(proposal: Proposal) -> Target:
    return Target.of("proposal", proposal.id)


def load_proposal(proposal_id: UUID | str) -> Proposal:
    """A proposal with the people that readers see. Raises `NotFound`."""
    proposal = Proposal.objects.with_people().filter(pk=proposal_id).first()
    if proposal is None:
        raise NotFound(_("There is no such proposal."))
    return proposal


def newest_round(proposal: Proposal) -> Round | None:
    """Its newest round; None while it is private."""
    return Round.objects.filter(proposal=proposal).order_by("-number").first()


def require_open(proposal: Proposal, newest: Round | None, number: int) -> Round:
    """The newest round of a proposal whose row is locked, which must be open, in time, and in round `number`.

    Raises `Conflict`, also where the time is over and the job that ends the proposal is late; `StaleProposal`.
    """
    refuse_ended(proposal)
    if newest is None:
        raise Conflict(_("It is not open for review yet."), state=proposal.state)
    refuse_over(proposal)
    if newest.number != number:
        raise StaleProposal(_("Round {newest} is the newest.").format(newest=newest.number), round=newest.number)
    return newest


def refuse_over(proposal: Proposal) -> None:
    """Raise `Conflict` if its time limit has passed, by the database's clock, and the job has not ended it yet."""
    if proposal.expires_at is not None and Proposal.objects.filter(pk=proposal.pk, expires_at__lte=Now()).exists():
        raise _is_over(proposal)


def refuse_late(proposal: Proposal, event: Event) -> None:
    """Raise `Conflict` if the time limit has passed by the time of the event itself, which verifiers go by."""
    if proposal.expires_at is not None and event.at >= proposal.expires_at:
        raise _is_over(proposal)


def _is_over(proposal: Proposal) -> Conflict:
    return Conflict(_("{proposal} has expired.").format(proposal=proposal), state=ProposalState.EXPIRED.value)


def facts_of(proposal: Proposal, round_: Round) -> dict[str, Any]:
    """The data that identifies a proposal and its round in events."""
    return {
        "proposal_id": str(proposal.id),
        "number": proposal.number,
        "title": proposal.title,
        "round": round_.number,
        "digest": round_.digest,
        "targets": sorted(round_.changes),
    }


def people_facts(people: Iterable[UUID], *, known: Iterable[User] = ()) -> list[Any]:
    """People as events name them, by id. Whoever is among `known` is not read: a name and a kind never change."""
    wanted = set(people)
    found = [user for user in known if user.id in wanted]
    if unread := wanted - {user.id for user in found}:
        found += User.objects.filter(pk__in=unread)
    return [user.person() for user in sorted(found, key=lambda user: user.id)]


def time_fact(moment: datetime | None) -> str | None:
    return rfc3339(moment) if moment else None


def inbox_facts(proposal: Proposal) -> dict[str, Any]:
    """What a line of the inbox says of a proposal."""
    return {"proposal_id": str(proposal.id), "number": proposal.number, "title": proposal.title}


def notify_people(
    write: ProjectWrite, line: InboxLine, people: Iterable[UUID], proposal: Proposal, event: Event, **more: Any
) -> None:
    """Put an event of a proposal into the inboxes of people who are members."""
    write.notify(line, people, inbox_facts(proposal) | more, event.seq)
