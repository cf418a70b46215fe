"""Background jobs of automation, which procrastinate finds in this module; they load what they need when they run."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from drafts.new_versions import NewVersion
from projects.fields import FILES
from proposals.endings import EndedProposal
from proposals.models import ProposalState
from stages.automation.facets import PASSAGE
from stages.registers.models import Row


@app.task
def follow_passages(project_id: str) -> None:
    """Look at what the passages of a project say in its current version. Safe to repeat."""
    from stages.automation.services import passages

    passages.follow_passages(UUID(project_id))


def queue_following(project_id: UUID) -> None:
    """Queue a look at the passages of a project; it commits with the caller's transaction."""
    name = f"passages of {project_id}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        follow_passages.configure(queueing_lock=name, lock=name).defer(project_id=str(project_id))


def follow_version(version: NewVersion) -> None:
    """Queue it where a version has changed a field with passages; files may have had another name."""
    fields = version.changed_fields
    wanted = Q(shown__field__in=fields)
    if any(each.startswith(FILES) for each in fields):
        wanted |= Q(shown__field__startswith=FILES)
    if Row.objects.filter(wanted, project=version.draft.project_id, facet=PASSAGE).exists():
        queue_following(version.draft.project_id)


@app.task
def propose_of_rule(project_id: str, rule: str) -> None:
    """Propose what a rule would still change. Safe to repeat."""
    from stages.automation.services import rule_proposals

    rule_proposals.propose_of_rule(UUID(project_id), rule)


def queue_rule(project_id: UUID, rule: str) -> None:
    """Queue a proposal of what a rule would still change; it commits with the caller's transaction."""
    name = f"rule {rule} of {project_id}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        propose_of_rule.configure(queueing_lock=name, lock=name).defer(project_id=str(project_id), rule=rule)


def after_proposal(ended: EndedProposal) -> None:
    """Look whether a rule would change more, once its proposal is accepted: one holds so many changes only."""
    proposal = ended.proposal
    if proposal.origin_type == "rule" and proposal.origin_id and proposal.state == ProposalState.ACCEPTED:
        queue_rule(proposal.project_id, proposal.origin_id)
