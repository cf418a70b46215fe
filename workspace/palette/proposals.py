"""Proposals in the palette: making one, going over to another of one's own, and the page of any that was opened."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from django.urls import reverse
from django.utils.translation import gettext as _

from projects.models import Status
from proposals.models import UNENDED, Proposal, ProposalState
from workspace.palette.entries import PaletteContext, PaletteEntry

# The palette shows a few of them, those that were written in last first.
MAX_SHOWN = 20
# How many of the newest are searched by title; any one is found by its number.
MAX_READ = 200
MAX_DIGITS = 9


def own(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """A new proposal, the current text, and the reader's own proposals that have not ended.

    Of a replica none: it has no texts for which others could be proposed.
    """
    if context.access is None or not context.offers("proposal.stage"):
        return
    if context.access.project.status == Status.REPLICA:
        return
    project_id = context.access.project.id
    workspace = reverse("workspace:workspace", args=[project_id])
    if context.is_over_proposal:
        yield from _of_the_open_one(context)
    words = _("draft stash private change")
    form = f"{reverse('workspace:proposals', args=[project_id])}?new=1"
    act = "new-proposal" if context.is_workspace else ""
    yield PaletteEntry(
        label=_("New proposal"),
        icon="git-pull-request-draft",
        act=act,
        words=words,
        href=workspace if act else form,
    )
    own = Proposal.objects.of(context.user).filter(project=project_id, state__in=UNENDED).order_by("-updated_at")
    found = list(own.only("id", "title", "number")[:MAX_SHOWN])
    if found and context.is_workspace:
        words = _("leave proposal stash")
        yield PaletteEntry(label=_("Current text"), icon="file-text", href=workspace, words=words)
    for proposal in found:
        label = _("Your proposal: {title}").format(title=proposal.title)
        note = f"P{proposal.number}" if proposal.number else _("Private")
        yield PaletteEntry(
            label=label,
            icon="git-pull-request-arrow" if proposal.number else "git-pull-request-draft",
            href=f"{workspace}?proposal={proposal.id}",
            note=note,
            words=_("swap recall stash"),
        )


def opened(context: PaletteContext, question: str) -> Iterator[PaletteEntry]:
    """The proposals that were opened, by number or title: each leads to its page."""
    if context.access is None or not question:
        return
    project_id = context.access.project.id
    every = Proposal.recorded.filter(project=project_id).select_related("author").order_by("-number")
    number = question.lower().removeprefix("p")
    newest = list(every[:MAX_READ])
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS
    known = {proposal.number for proposal in newest}
    older = every.filter(number=int(number)) if is_number and int(number) not in known else ()
    for proposal in chain(older, newest):
        yield PaletteEntry(
            label=f"{proposal} {proposal.title}",
            icon="git-pull-request-arrow",
            href=reverse("workspace:proposal", args=[project_id, proposal.number]),
            note=str(ProposalState(proposal.state).label),
            words=proposal.author.display_name,
        )


def _of_the_open_one(context: PaletteContext) -> Iterator[PaletteEntry]:
    """What can be done with the proposal that the workspace is over."""
    words = _("submit round publish")
    yield PaletteEntry(label=_("Open for review…"), icon="git-pull-request-arrow", act="submit-proposal", words=words)
    if context.offers("proposal.accept"):
        label = _("Accept as v{version}…").format(version=context.version + 1)
        yield PaletteEntry(label=label, icon="check", act="accept-proposal", words=_("save merge"))
    yield PaletteEntry(label=_("New file…"), icon="plus", act="dialog", value="new-file", words=_("create add"))
