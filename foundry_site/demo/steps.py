"""The steps of the demo: each calls one service as one person, and has an effect only once, because its `client_ref` is
derived from the project and its name.
"""

from __future__ import annotations

from dataclasses import dataclass

from drafts.comments.services import answer_comment, create_comment, resolve_comment
from drafts.models import Draft
from drafts.reading import get_draft, texts_of
from drafts.services import save_draft
from drafts.tasks.services import change_task, create_task
from foundry_site.demo.story import DemoVersion
from locking.services import acquire_lock
from locking.sessions import open_session
from notifications.services import mark_all_read
from projects.demo import DemoPerson, DemoProject
from projects.fields import PROMPT
from projects.services import reopen_project
from publishing.credentials import SigningCredentials
from publishing.models import Release
from publishing.services import sign_release, submit_release


@dataclass(frozen=True)
class SaveVersion:
    """Saves a version, unless it exists."""

    number: int
    version: DemoVersion

    def play(self, demo: DemoProject) -> None:
        if Draft.objects.filter(project=demo.project, version_number=self.number).exists():
            return
        caller, project_id = demo.caller(self.version.author), demo.project.id
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
class AddComment:
    """Starts a thread on a line of the prompt."""

    name: str
    author: DemoPerson
    version: int
    quote: str
    text: str

    def play(self, demo: DemoProject) -> None:
        draft = get_draft(project_id=demo.project.id, version=self.version)
        lines = texts_of([draft], PROMPT)[0].split("\n")
        line = next(number for number, text in enumerate(lines, start=1) if self.quote in text)
        comment = create_comment(
            caller=demo.once(self.author, "comment", self.name),
            project_id=demo.project.id,
            version=self.version,
            target_field=PROMPT,
            text=self.text,
            anchor={"from_line": line, "to_line": line, "quote": self.quote},
        )
        demo.made[self.name] = comment.id


@dataclass(frozen=True)
class AnswerComment:
    """Replies in a thread."""

    thread: str
    author: DemoPerson
    text: str

    def play(self, demo: DemoProject) -> None:
        caller = demo.once(self.author, "answer", self.thread, self.text)
        answer_comment(caller=caller, comment_id=demo.made[self.thread], text=self.text)


@dataclass(frozen=True)
class ResolveComment:
    """Resolves a thread."""

    thread: str
    person: DemoPerson

    def play(self, demo: DemoProject) -> None:
        resolve_comment(caller=demo.once(self.person, "resolve", self.thread), comment_id=demo.made[self.thread])


@dataclass(frozen=True)
class AddTask:
    """Adds a task with an assignee."""

    name: str
    author: DemoPerson
    text: str
    assignee: DemoPerson

    def play(self, demo: DemoProject) -> None:
        task = create_task(
            caller=demo.once(self.author, "task", self.name),
            project_id=demo.project.id,
            text=self.text,
            assignee_id=demo.users[self.assignee].id,
        )
        demo.made[self.name] = task.id


@dataclass(frozen=True)
class FinishTask:
    """Marks a task as done."""

    task: str
    person: DemoPerson

    def play(self, demo: DemoProject) -> None:
        change_task(caller=demo.once(self.person, "tick", self.task), task_id=demo.made[self.task], done=True)


@dataclass(frozen=True)
class SubmitRelease:
    """Submits a version under a name."""

    release: str
    author: DemoPerson
    version: int
    notes: str

    def play(self, demo: DemoProject) -> None:
        release = submit_release(
            caller=demo.once(self.author, "submit", self.release),
            project_id=demo.project.id,
            name=self.release,
            version=self.version,
            notes=self.notes,
        )
        demo.made[self.release] = release.id


@dataclass(frozen=True)
class SignRelease:
    """Signs with the password from the demo's sign-in file; the last signature releases it."""

    release: str
    signer: DemoPerson
    meaning: str
    comment: str = ""

    def play(self, demo: DemoProject) -> None:
        name = self.signer.username
        notes = Release.objects.get(pk=demo.made[self.release]).notes
        sign_release(
            caller=demo.once(self.signer, "sign", self.release, self.meaning),
            release_id=demo.made[self.release],
            meaning=self.meaning,
            proof=SigningCredentials(username=name, password=demo.passwords[name]),
            comment=self.comment,
            notes=notes.sha256 if notes else "",
        )


@dataclass(frozen=True)
class ReopenProject:
    """Reopens the frozen project, and marks all notifications so far as read."""

    owner: DemoPerson
    reason: str

    def play(self, demo: DemoProject) -> None:
        reopen_project(caller=demo.once(self.owner, "reopen"), project_id=demo.project.id, reason=self.reason)
        for person in demo.users:
            mark_all_read(caller=demo.caller(person))
