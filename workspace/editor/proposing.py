"""The workspace over a proposal of the reader's own: what is staged in it, and what the script gets of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from drafts.models import Draft
from kernel.errors import NotFound
from projects.access import Access, get_project
from projects.fields import check_field_name
from projects.models import Status
from projects.permissions import may
from proposals.discussion import text_hash
from proposals.drift import Drift, items_of_changes
from proposals.kinds import DEFAULT_KIND
from proposals.listing import listed_body
from proposals.models import Change, Proposal, Round
from workspace.decorators import PageRequest, page


@dataclass(frozen=True, slots=True)
class OpenedProposal:
    """A proposal of the reader's own that has not ended, with what it stages for fields, by their names.

    `round` is its newest one, None while it is private.
    """

    proposal: Proposal
    changes: dict[str, Change]
    round: Round | None = None

    @property
    def is_submitted(self) -> bool:
        """Whether the newest round has everything that is staged."""
        return _is_submitted(self.round, self.changes.values())

    @property
    def new_files(self) -> list[str]:
        """The fields that it holds a text of, whether or not the current version has them."""
        return [name for name, change in self.changes.items() if change.value is not None]

    def text(self, field: str) -> str | None:
        """The staged text of a field; None where there is none."""
        change = self.changes.get(field)
        return None if change is None else change.value

    def state(self, field: str) -> str:
        """The word for a field's state in the list of fields."""
        change = self.changes.get(field)
        if change is None:
            return "same"
        return "removed" if change.value is None else "proposed"


def own_proposal_in(access: Access, *, user: User, proposal_id: str) -> OpenedProposal | Proposal:
    """The reader's own proposal under that id; the bare one where they only read it, such as after its end.

    Raises `NotFound` for another person's private one as for an id that does not exist.
    """
    try:
        wanted = UUID(proposal_id)
    except ValueError:
        raise _no_such_proposal() from None
    visible = Proposal.objects.visible_to(user).with_people().filter(project=access.project.id)
    proposal = visible.filter(pk=wanted).first()
    if proposal is None:
        raise _no_such_proposal()
    if proposal.ended_at is not None or not proposal.is_of(user):
        return proposal
    changes = Change.objects.filter(proposal=proposal, kind=DEFAULT_KIND)
    return OpenedProposal(proposal, {change.target: change for change in changes}, _newest_round(proposal))


def _no_such_proposal() -> NotFound:
    return NotFound(_("There is no such proposal."))


def proposal_data(access: Access, opened: OpenedProposal) -> dict[str, Any]:
    """What the script of the page begins with; the texts it asks for one by one."""
    proposal = opened.proposal
    here = [access.project.id, proposal.id]
    current = access.project.current_draft
    return {
        "id": str(proposal.id),
        "number": proposal.number,
        "title": proposal.title,
        "round": opened.round.number if opened.round else 0,
        "is_submitted": opened.is_submitted,
        "targets": {
            item.key.target: {
                "revision": opened.changes[item.key.target].revision,
                "base_version": opened.changes[item.key.target].base_version,
                "removed": item.after is None,
                "is_changed": text_hash(item.after) != (current.sha256_of(item.key.target) if current else None),
            }
            for item in items_of_changes(opened.changes.values())
        },
        "may": {
            "stage": may("proposal.stage", role=access.role) and access.project.status != Status.ARCHIVED,
            "accept": may("proposal.accept", role=access.role),
        },
        "urls": {
            "api": reverse("api_proposal", args=[proposal.id]),
            "state": reverse("workspace:staged", args=here),
            "text": reverse("workspace:staged_text", args=here),
        },
    }


@page()
def staged(request: PageRequest, project_id: UUID, proposal_id: UUID) -> HttpResponse:
    """How a proposal of the reader's own relates to the current version, without its texts."""
    access, proposal = _visible(request, project_id, proposal_id)
    body = listed_body(proposal, user=request.user)
    changes = {change.target: change for change in Change.objects.filter(proposal=proposal, kind=DEFAULT_KIND)}
    drifted = {each["target"] for each in body["targets"] if each["drift"] != Drift.NONE}
    moved = _last_changes(access, {name: change for name, change in changes.items() if name in drifted})
    found = {name: body[name] for name in ("state", "number", "title", "description", "round", "version", "ended_by")}
    found["targets"] = [
        {
            "target": each["target"],
            "label": each["label"],
            "drift": each["drift"],
            "is_changed": each["after"] != each["now"],
            "revision": changes[each["target"]].revision,
            "base_version": changes[each["target"]].base_version,
            "removed": changes[each["target"]].value is None,
            "changed_in": moved.get(each["target"]),
            "renamed": each["renamed"],
        }
        for each in body["targets"]
        if each["target"] in changes
    ]
    found["is_submitted"] = _is_submitted(_newest_round(proposal), changes.values())
    found["current_version"] = access.project.current_draft.version_number if access.project.current_draft else 0
    return JsonResponse(found)


@page()
def staged_text(request: PageRequest, project_id: UUID, proposal_id: UUID) -> HttpResponse:
    """`?field=`: the staged text of one field and its revision; 404 where nothing is staged for it."""
    _access, proposal = _visible(request, project_id, proposal_id)
    name = check_field_name(request.GET.get("field"))
    change = Change.objects.filter(proposal=proposal, kind=DEFAULT_KIND, target=name).first()
    if change is None:
        raise NotFound(_("Nothing is staged for {target}.").format(target=name))
    found = {"value": change.value, "revision": change.revision, "base_version": change.base_version}
    return JsonResponse(found)


def _visible(request: PageRequest, project_id: UUID, proposal_id: UUID) -> tuple[Access, Proposal]:
    """The project, and a proposal in it that the reader writes. Raises `NotFound`."""
    access = get_project(user=request.user, project_id=project_id)
    proposal = Proposal.objects.of(request.user).with_people().filter(project=project_id, pk=proposal_id).first()
    if proposal is None:
        raise _no_such_proposal()
    return access, proposal


def _last_changes(access: Access, drifted: dict[str, Change]) -> dict[str, int]:
    """The newest version that changed each of these targets since its change was made."""
    if not drifted:
        return {}
    since = min(change.base_version for change in drifted.values())
    versions = Draft.objects.of_project(access.project.id).filter(version_number__gt=since)
    found: dict[str, int] = {}
    for version, fields in versions.order_by("version_number").values_list("version_number", "changed_fields"):
        found |= {name: version for name in fields if name in drifted}
    return found


def _newest_round(proposal: Proposal) -> Round | None:
    return Round.objects.filter(proposal=proposal).order_by("-number").first()


def _is_submitted(newest: Round | None, changes: Iterable[Change]) -> bool:
    items = items_of_changes(changes)
    staged = {str(item.key): {"base": item.base, "after": item.after} for item in items if item.after != item.base}
    return newest is not None and newest.changes == staged
