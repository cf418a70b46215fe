"""The transaction of a write to the models of a project, or of the whole site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from accounts.callers import Caller
from accounts.rules import require_administrator
from audit.models import Event
from audit.services import Target, record
from kernel.transactions import write_transaction
from projects.models import Project
from projects.writing import ProjectWrite, project_write
from stages.runs.models import ModelProfile
from stages.runs.reading import load_profile


@dataclass(frozen=True, slots=True)
class ProfileWrite:
    """A write under way, in a project or on the whole site (`in_project` is None)."""

    caller: Caller
    in_project: ProjectWrite | None

    @property
    def project(self) -> Project | None:
        return self.in_project.project if self.in_project else None

    def repeat(self) -> ModelProfile | None:
        """The profile that the same request made or changed before."""
        if self.in_project is None or self.in_project.repeat_of is None:
            return None
        profile = load_profile(UUID(self.in_project.repeat_of.target_id))
        profile.repeated = True
        return profile

    def record(self, action: str, profile: ModelProfile, data: Mapping[str, Any]) -> Event:
        """Record an event about a profile, on the chain of its project or on that of the site."""
        facts = {"profile_id": str(profile.id), "name": profile.name, "display_name": profile.display_name, **data}
        target = Target.of("model_profile", profile.id)
        if self.in_project is not None:
            return self.in_project.record(action, target, facts)
        return record(caller=self.caller, action=action, target=target, data=facts)


@contextmanager
def profile_write(caller: Caller, project_id: UUID | None, parameters: Mapping[str, Any]) -> Iterator[ProfileWrite]:
    """Open the transaction of a write to a project's models, or to the site's, which only administrators change."""
    if project_id is None:
        with write_transaction():
            require_administrator(caller)
            yield ProfileWrite(caller, None)
        return
    with project_write(
        caller=caller, project_id=project_id, action="profile.manage", parameters=parameters
    ) as in_project:
        yield ProfileWrite(caller, in_project)


@contextmanager
def changing_profile(
    caller: Caller, profile_id: UUID, parameters: Mapping[str, Any]
) -> Iterator[tuple[ProfileWrite, ModelProfile]]:
    """Open the transaction of a change to one model, whose row is locked. Raises `NotFound`."""
    project_id = load_profile(profile_id).project_id
    with profile_write(caller, project_id, {"profile": str(profile_id), **parameters}) as write:
        rows = ModelProfile.objects.select_related("secret").select_for_update(of=("self",), no_key=True)
        yield write, rows.get(pk=profile_id)
