"""What an experiment is about: a version with texts that are not saved, or a commit of a repository."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.callers import Caller
from audit.models import Event
from blobs.services import store_texts
from drafts.reading import get_draft
from kernel.errors import LockNotHeld, NotFound, ValidationFailed
from locking.models import Lease
from locking.working_copies import check_content
from projects.fields import check_field_name
from projects.writing import ProjectWrite
from stages.runs.git.heads import COMMIT
from stages.runs.models import Experiment, ExperimentKind, Repository
from stages.runs.repository_events import REPOSITORY_CONNECTED, REPOSITORY_UPDATED
from stages.runs.services.repositories import check_connected


def check_source(
    kind: str, *, version: int | None, unsaved: Mapping[str, str], repository_id: UUID | None, commit: str
) -> None:
    """Raise `ValidationFailed` where a source is not one, or not one of this kind of experiment."""
    for field, content in unsaved.items():
        check_content(content, field=check_field_name(field, parameter="unsaved"), name="unsaved")
    if repository_id is None:
        if commit:
            raise ValidationFailed({"commit": [_("Name the repository that has this commit.")]})
        return
    if version is not None or unsaved:
        raise ValidationFailed({"repository_id": [_("Choose a version or a repository, not both.")]})
    if kind != ExperimentKind.CHANGE:
        raise ValidationFailed({"kind": [_("Runs about a repository change its files: use “change”.")]})
    if commit and not COMMIT.fullmatch(commit):
        raise ValidationFailed({"commit": [_("This is not the full name of a commit.")]})


def version_columns(write: ProjectWrite, version: int | None, unsaved: Mapping[str, str]) -> dict[str, Any]:
    """The columns of an experiment about a version. Raises `NotFound`, `LockNotHeld`."""
    draft = get_draft(project_id=write.project.id, version=version)
    _check_held(write.caller, write.project.id, unsaved)
    hashes = store_texts(texts=unsaved.values())
    return {
        "version": draft.version_number,
        "content_hash": draft.content_hash,
        "unsaved": dict(zip(unsaved, hashes, strict=True)),
    }


def _check_held(caller: Caller, project_id: UUID, unsaved: Mapping[str, str]) -> None:
    """Raise `LockNotHeld` for a text of a field that the caller does not hold: what is not saved is its writer's."""
    if not unsaved:
        return
    held = Lease.objects.open().filter(project=project_id, user=caller.user, field__in=unsaved)
    missing = sorted(set(unsaved) - set(held.values_list("field", flat=True)))
    if missing:
        words = _("You are not editing {field}. Take its lock, or ask about the text that is saved.")
        raise LockNotHeld(words.format(field=missing[0]), field=missing[0])


def repository_columns(write: ProjectWrite, repository_id: UUID, commit: str) -> dict[str, Any]:
    """The columns of an experiment about a commit, or about the newest one known.

    Raises `NotFound`, `Conflict` for a repository that was removed, and `ValidationFailed` for a commit that never was
    the newest of the default branch: servers give out those of forks and of anybody's pull requests too, and a branch
    that is made from one would have its changes, also of guarded paths.
    """
    repository = Repository.objects.filter(pk=repository_id, project=write.project).first()
    if repository is None:
        raise NotFound(_("Repository not found."))
    check_connected(repository)
    if commit and commit != repository.latest_commit and not _was_newest(repository, commit):
        words = _("Foundry does not know this commit of {branch}. Refresh the repository and use its newest one.")
        raise ValidationFailed({"commit": [words.format(branch=repository.default_branch)]})
    return {"repository": repository, "commit": commit or repository.latest_commit}


def _was_newest(repository: Repository, commit: str) -> bool:
    """Whether the server once said that a commit is the newest of the default branch."""
    names = [REPOSITORY_CONNECTED.name, REPOSITORY_UPDATED.name]
    events = Event.objects.filter(target_type="repository", target_id=str(repository.id), action__in=names)
    # Within a text of a canonical event, quotes are escaped.
    return events.filter(canonical__contains=f'"latest_commit":"{commit}"').exists()


def source_facts(experiment: Experiment) -> dict[str, Any]:
    """What events say of a source."""
    facts = {"version": experiment.version, "content_hash": experiment.content_hash, "unsaved": experiment.unsaved}
    if experiment.repository_id is None:
        return facts
    return {**facts, "repository_id": str(experiment.repository_id), "commit": experiment.commit}
