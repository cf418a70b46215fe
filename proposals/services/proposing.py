"""Proposing by a program, in the name of an agent or service: for server code only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from accounts.callers import Caller, refuse_read_only
from kernel.names import check_name
from kernel.transactions import write_transaction
from projects.access import get_project
from projects.writing import project_write, upkeep_write
from proposals.locked_rows import lock_proposal
from proposals.models import MAX_TITLE, UNENDED, Change, Proposal
from proposals.services.creating import new_proposal
from proposals.services.facts import load_proposal
from proposals.services.staging import MAX_CHANGES_OF_PROGRAM, lock_author, parse_changes, stage, with_contributors
from proposals.services.submitting import submit

# Two processes of one origin wait for each other; released with the transaction.
_LOCK_ORIGIN: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


def propose(
    *,
    caller: Caller,
    project_id: UUID,
    origin: tuple[str, str],
    title: str,
    changes: Mapping[str, Any],
    base_version: int,
    is_open: bool = False,
    contributors: Iterable[Mapping[str, Any]] = (),
    admits: bool = False,
    description: str = "",
) -> Proposal:
    """Propose changes that some work of a program made; `origin` is its type and id.

    There is one proposal for an origin until it ends: proposing again replaces its changes, unless a person has
    staged something in it since; then a new one is made. An open one keeps its title and `description`.
    `caller.on_behalf_of` is the person whose proposal it also is. `contributors` are `{id, characters}` of others who
    wrote the texts. With `admits`, the caller need not be a member of the project. Raises as `create_proposal` and
    `submit_proposal`.
    """
    refuse_read_only(caller)
    parsed = parse_changes(changes, most=MAX_CHANGES_OF_PROGRAM)
    if not admits:
        get_project(user=caller.user, project_id=project_id, action="proposal.stage")
    with write_transaction():
        with connection.cursor() as cursor:
            cursor.execute(_LOCK_ORIGIN, [f"{project_id} {caller.user.id} {origin[0]} {origin[1]}"])
        lock_author(caller.user.id)
        proposal = _earlier(caller, project_id, origin)
        if proposal is None:
            proposal = new_proposal(caller, project_id, title=title, description=description)
            proposal.id = uuid7()
            proposal.origin_type, proposal.origin_id = origin
            proposal.save(force_insert=True)
        else:
            Change.objects.filter(proposal=proposal).delete()
            if proposal.is_private:
                proposal.title = check_name(title, name="title", maximum=MAX_TITLE)
        people = {str(each["id"]): dict(each) for each in proposal.contributors}
        people |= {str(each["id"]): {"characters": None, **each, "id": str(each["id"])} for each in contributors}
        proposal.contributors = with_contributors([*people.values()], caller.user.id, caller.on_behalf_of)
        proposal.updated_at = Now()
        proposal.save(update_fields=["title", "contributors", "updated_at"])
        stage(proposal, caller, base_version, parsed, {})
        if proposal.touched:
            # By a person, who has staged nothing beside it yet.
            Proposal.objects.filter(pk=proposal.id).update(touched=False)
    if is_open or not proposal.is_private:
        writing = (
            upkeep_write(caller=caller, project_id=project_id)
            if admits
            else project_write(caller=caller, project_id=project_id, action="proposal.submit")
        )
        with writing as write:
            submit(write, lock_proposal(proposal.id))
    return load_proposal(proposal.id)


def _earlier(caller: Caller, project_id: UUID, origin: tuple[str, str]) -> Proposal | None:
    found = Proposal.objects.filter(
        project=project_id,
        author=caller.user,
        origin_type=origin[0],
        origin_id=origin[1],
        state__in=UNENDED,
        touched=False,
    )
    return found.select_for_update(no_key=True).first()
