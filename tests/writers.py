"""A person at work in a project: one session, its locks and its saves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.callers import Caller
from drafts.models import Draft
from drafts.services import save_draft
from locking.models import Lease
from locking.services import Lock, acquire_lock, release_lock, renew_locks
from locking.sessions import open_session
from projects.models import Project


class Writer:
    """One caller with one session of their own."""

    def __init__(self, caller: Caller, project: Project) -> None:
        self.caller = caller
        self.project = project
        self.opened = open_session(caller=caller, project_id=project.id)
        self.session = self.opened.session_id

    def take(self, field: str = "prompt_text") -> Lock:
        return acquire_lock(caller=self.caller, project_id=self.project.id, field=field, session_id=self.session)

    def renew(self, field: str = "prompt_text") -> None:
        renew_locks(caller=self.caller, project_id=self.project.id, session_id=self.session, fields=[field])

    def give_back(self, field: str = "prompt_text") -> None:
        release_lock(caller=self.caller, project_id=self.project.id, session_id=self.session, field=field)

    def save(self, changes: Mapping[str, Any], *locks: Lock, base: int = 0, **more: Any) -> Draft:
        return save_draft(
            caller=more.pop("caller", self.caller),
            project_id=self.project.id,
            session_id=self.session,
            base_version=base,
            changes=changes,
            tokens={lock.field: lock.token for lock in locks},
            **more,
        )

    def lease(self, lock: Lock) -> Lease:
        return Lease.objects.get(project=self.project, token=lock.token)
