"""Submitting a version for release: the project becomes read-only and its review begins."""

from __future__ import annotations

from uuid import UUID

from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from uuid_utils.compat import uuid7

from accounts.callers import Caller
from accounts.models import User
from drafts.models import Draft
from kernel.errors import Conflict, NotFound
from kernel.names import check_name
from projects.status import change_status
from projects.writing import ProjectWrite, project_write
from publishing.authors import authors_of, can_any_sign
from publishing.gates import pass_gates
from publishing.models import MAX_RELEASE_NAME, Release, ReleaseState
from publishing.open_points import open_points
from publishing.policies import rules_of
from publishing.services.facts import facts_of, gate_facts, load_release, target_of
from publishing.services.notes import checked_notes, insert_notes
from publishing.services.notifications import request_signatures
from publishing.states import SUBMISSION


def submit_release(*, caller: Caller, project_id: UUID, name: str, version: int, notes: str = "") -> Release:
    """Submit a version under a name, with the current policy and authors. The project is then in review.

    `notes` say what changed and why; they can be changed until somebody signs (`write_release_notes`).

    All locks of the project end (`frozen`); unsaved texts of their holders are kept. Raises `NotFound` for the version,
    `Conflict` if a release has the name already, or if open points or a gate block it.
    """
    parameters = {"name": name, "version": version, **({"notes": notes} if notes else {})}
    with project_write(caller=caller, project_id=project_id, action="release.submit", parameters=parameters) as write:
        if write.repeat_of is not None:
            release = load_release(UUID(write.repeat_of.target_id))
            release.repeated = True
            return release
        name = check_name(name, name="name", maximum=MAX_RELEASE_NAME)
        text = checked_notes(notes)
        draft = Draft.objects.filter(project_id=project_id, version_number=version).first()
        if draft is None:
            raise NotFound(_("There is no version {version}.").format(version=version))
        _check_name(project_id, name)
        release = _insert(write, draft, name)
        insert_notes(write, release, text)
        change_status(write, SUBMISSION.project)
        return load_release(release.id)


def _check_name(project_id: UUID, name: str) -> None:
    taken = Release.objects.filter(project_id=project_id, state__in=(ReleaseState.IN_REVIEW, ReleaseState.RELEASED))
    if taken.alias(folded=Lower("name")).filter(folded=name.lower()).exists():
        raise Conflict(_("There is already a release {name}.").format(name=name))


def _insert(write: ProjectWrite, draft: Draft, name: str) -> Release:
    rules = rules_of(write.project.id)
    points = open_points(write.project.id)
    points.refuse(rules)
    gates = pass_gates(rules.gates, draft=draft)
    authors = authors_of(draft)
    release = Release(
        id=uuid7(),
        project=write.project,
        draft=draft,
        name=name,
        rules=rules.data(),
        authors=authors,
        authors_sign=can_any_sign(authors),
        state=SUBMISSION.release.value,
        submitted_by=write.caller.user,
    )
    people = User.objects.filter(pk__in=authors).order_by("id")
    data = {
        **facts_of(release, SUBMISSION.project),
        "rules": rules.data(),
        "authors": [person.person() for person in people],
        "authors_sign": release.authors_sign,
        "open_comments": points.comments,
        "open_tasks": points.tasks,
        **gate_facts(gates),
    }
    event = write.record("release.submitted", target_of(release), data)
    release.submitted_at = event.at
    release.save(force_insert=True)
    request_signatures(write, release, event.seq)
    return release
