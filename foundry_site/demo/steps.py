"""What can happen in the demo's story: each step is one service's act by one person, done once however often it is
played, because its `client_ref` follows from the project and its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import UUID, uuid5

from accounts.callers import Caller
from accounts.models import User
from drafts.comments.services import answer_comment, create_comment, resolve_comment
from drafts.models import Draft
from drafts.reading import get_draft, texts_of
from drafts.services import save_draft
from drafts.tasks.services import change_task, create_task
from foundry_site.demo.story import DemoPerson, Version
from locking.services import acquire_lock
from locking.sessions import open_session
from notifications.services import mark_all_read
from projects.fields import PROMPT
from projects.models import Project
from projects.services import reopen_project
from publishing.proofs import Proof
from publishing.services import sign_release, submit_release


@dataclass
class Stage:
    """The project, its people and their passwords, and what earlier steps made, by the names they gave it."""

    project: Project
    users: Mapping[DemoPerson, User]
    passwords: Mapping[str, str]
    made: dict[str, UUID] = field(default_factory=dict)

    def caller(self, person: DemoPerson) -> Caller:
        return Caller(user=self.users[person], via="command", credential="command")

    def once(self, person: DemoPerson, *name: str) -> Caller:
        """The caller of a step, who is answered what the step made where it was played before."""
        return replace(self.caller(person), client_ref=uuid5(self.project.id, "/".join(name)))


class Step(Protocol):
    """One thing that happens."""

    def play(self, stage: Stage) -> None: ...


@dataclass(frozen=True)
class Save:
    """A version is saved, unless it is there."""

    number: int
    version: Version

    def play(self, stage: Stage) -> None:
        if Draft.objects.filter(project=stage.project, version_number=self.number).exists():
            return
        caller, project_id = stage.caller(self.version.author), stage.project.id
        session = open_session(caller=caller, project_id=project_id, connected=False).session_id
        locks = [
            acquire_lock(caller=caller, project_id=project_id, field=name, session_id=session)
            for name in self.version.changes
        ]
        save_draft(
            caller=caller,
            project_id=project_id,
            session_id=session,
            base_version=self.number - 1,
            changes=self.version.changes,
            tokens={lock.field: lock.token for lock in locks},
            message=self.version.message,
            release_locks=True,
        )


@dataclass(frozen=True)
class Comment:
    """A thread begins on a line of the prompt."""

    name: str
    author: DemoPerson
    version: int
    quote: str
    text: str

    def play(self, stage: Stage) -> None:
        draft = get_draft(project_id=stage.project.id, version=self.version)
        lines = texts_of([draft], PROMPT)[0].split("\n")
        line = next(number for number, text in enumerate(lines, start=1) if self.quote in text)
        comment = create_comment(
            caller=stage.once(self.author, "comment", self.name),
            project_id=stage.project.id,
            version=self.version,
            target_field=PROMPT,
            text=self.text,
            anchor={"from_line": line, "to_line": line, "quote": self.quote},
        )
        stage.made[self.name] = comment.id


@dataclass(frozen=True)
class Answer:
    """Somebody replies in a thread."""

    thread: str
    author: DemoPerson
    text: str

    def play(self, stage: Stage) -> None:
        caller = stage.once(self.author, "answer", self.thread, self.text)
        answer_comment(caller=caller, comment_id=stage.made[self.thread], text=self.text)


@dataclass(frozen=True)
class Resolve:
    """A thread is dealt with."""

    thread: str
    person: DemoPerson

    def play(self, stage: Stage) -> None:
        resolve_comment(caller=stage.once(self.person, "resolve", self.thread), comment_id=stage.made[self.thread])


@dataclass(frozen=True)
class Task:
    """Something is to be done, by somebody."""

    name: str
    author: DemoPerson
    text: str
    assignee: DemoPerson

    def play(self, stage: Stage) -> None:
        task = create_task(
            caller=stage.once(self.author, "task", self.name),
            project_id=stage.project.id,
            text=self.text,
            assignee_id=stage.users[self.assignee].id,
        )
        stage.made[self.name] = task.id


@dataclass(frozen=True)
class Tick:
    """It is done."""

    task: str
    person: DemoPerson

    def play(self, stage: Stage) -> None:
        change_task(caller=stage.once(self.person, "tick", self.task), task_id=stage.made[self.task], done=True)


@dataclass(frozen=True)
class Submit:
    """A version goes into review under a name."""

    release: str
    author: DemoPerson
    version: int

    def play(self, stage: Stage) -> None:
        release = submit_release(
            caller=stage.once(self.author, "submit", self.release),
            project_id=stage.project.id,
            name=self.release,
            version=self.version,
        )
        stage.made[self.release] = release.id


@dataclass(frozen=True)
class Sign:
    """Somebody signs, with the password that the demo's file tells; the last signature releases it."""

    release: str
    signer: DemoPerson
    meaning: str
    comment: str = ""

    def play(self, stage: Stage) -> None:
        name = self.signer.username
        sign_release(
            caller=stage.once(self.signer, "sign", self.release, self.meaning),
            release_id=stage.made[self.release],
            meaning=self.meaning,
            proof=Proof(username=name, password=stage.passwords[name]),
            comment=self.comment,
        )


@dataclass(frozen=True)
class Reopen:
    """The frozen project is written to again; what was told until then has been read."""

    owner: DemoPerson
    reason: str

    def play(self, stage: Stage) -> None:
        reopen_project(caller=stage.once(self.owner, "reopen"), project_id=stage.project.id, reason=self.reason)
        for person in stage.users:
            mark_all_read(caller=stage.caller(person))
