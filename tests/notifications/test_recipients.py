"""Who is notified of what: by the services, in their transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from accounts.callers import Caller
from accounts.models import User
from accounts.services import deactivate_account
from audit.models import Event
from drafts.comments.services import answer_comment, create_comment, withdraw_comment
from drafts.tasks.services import change_task, create_task
from kernel.errors import Conflict
from locking.services import hand_over_lock, keep_lock, request_lock, take_over_lock
from notifications.models import Notification
from notifications.services import mark_all_read
from projects.models import Project
from projects.services import add_member, change_role, remove_member, update_project
from publishing.models import Release
from tests.notifications.inboxes import inbox_kinds, newest
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review
from tests.writers import Writer

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]

Callers = Callable[..., Caller]
PLACE: dict[str, Any] = {"version": 1, "target_field": "prompt_text"}


@pytest.fixture
def quiet(project: Project, editor: User, reviewer: User, viewer: User, owner: User, caller_for: Callers) -> Project:
    """The project with one version, and nothing unread: being added is behind everybody."""
    writer = Writer(caller_for(editor), project)
    writer.save({"prompt_text": "one\n"}, writer.take(), release_locks=True)
    for user in (owner, editor, reviewer, viewer):
        mark_all_read(caller=caller_for(user))
    Notification.objects.all().delete()
    return project


class TestMembers:
    def test_whoever_is_added_and_given_another_role(
        self, make_project: Callable[..., Project], owner: User, editor: User, caller_for: Callers
    ) -> None:
        project = make_project()
        add_member(caller=caller_for(owner), project_id=project.id, user_id=editor.id, role="editor")
        change_role(caller=caller_for(owner), project_id=project.id, user_id=editor.id, role="owner", reason="Grows")
        assert inbox_kinds(editor) == ["member.added", "member.role_changed"]
        assert newest(editor) == {"role": "owner", "before": "editor", "reason": "Grows"}
        row = Notification.objects.of(editor)[0]
        event = Event.objects.of_project(project.id).get(seq=row.seq or 0)
        assert (row.chain, event.action) == (str(project.id), "member.role_changed")
        assert inbox_kinds(owner) == []

    def test_who_takes_projects_on_from_a_closed_account(
        self,
        make_project: Callable[..., Project],
        make_user: Callable[..., User],
        owner: User,
        editor: User,
        caller_for: Callers,
    ) -> None:
        make_project(members={"editor": editor})
        make_project("Without them")
        administrator = caller_for(make_user("administrator", is_administrator=True))
        deactivate_account(caller=administrator, user_id=owner.id, successor_id=editor.id, reason="Left")
        assert inbox_kinds(editor) == ["member.added", "member.role_changed", "member.added"]

    def test_a_repeat_tells_nobody_twice(
        self, make_project: Callable[..., Project], owner: User, editor: User, caller_for: Callers
    ) -> None:
        project, caller = make_project(), caller_for(owner, client_ref=uuid4())
        for _ in range(2):
            add_member(caller=caller, project_id=project.id, user_id=editor.id, role="editor")
        assert inbox_kinds(editor) == ["member.added"]

    def test_a_refused_write_tells_nobody(
        self, make_project: Callable[..., Project], owner: User, editor: User, caller_for: Callers
    ) -> None:
        project = make_project(members={"editor": editor})
        with pytest.raises(Conflict):
            change_role(
                caller=caller_for(owner), project_id=project.id, user_id=owner.id, role="editor", reason="Leaves"
            )
        assert inbox_kinds(editor) == ["member.added"]

    def test_whoever_is_removed_sees_nothing_of_the_project_any_more(
        self, quiet: Project, owner: User, editor: User, caller_for: Callers
    ) -> None:
        create_task(caller=caller_for(owner), project_id=quiet.id, text="Cite", assignee_id=editor.id)
        remove_member(caller=caller_for(owner), project_id=quiet.id, user_id=editor.id, reason="Left")
        assert inbox_kinds(editor) == ["member.removed"]
        assert newest(editor) == {"project": quiet.name, "reason": "Left"}
        update_project(caller=caller_for(owner), project_id=quiet.id, is_private=False)
        assert set(inbox_kinds(editor)) == {"member.removed", "task.assigned"}


class TestLocks:
    def test_the_holder_is_asked_for_a_field_once(
        self, quiet: Project, owner: User, editor: User, caller_for: Callers
    ) -> None:
        holder, asker = Writer(caller_for(editor), quiet), Writer(caller_for(owner), quiet)
        holder.take()
        for _ in range(2):
            self.ask(asker)
        assert inbox_kinds(editor) == ["lock.requested"]
        assert newest(editor) == {"field": "prompt_text"}
        assert inbox_kinds(owner) == []

    def test_an_answer_settles_it(self, quiet: Project, owner: User, editor: User, caller_for: Callers) -> None:
        holder, asker = Writer(caller_for(editor), quiet), Writer(caller_for(owner), quiet)
        holder.take()
        facts: dict[str, Any] = {
            "project_id": quiet.id,
            "session_id": holder.session,
            "field": "prompt_text",
            "to": asker.session,
        }
        self.ask(asker)
        keep_lock(caller=holder.caller, **facts)
        assert inbox_kinds(editor, unread=True) == []
        self.ask(asker)
        assert inbox_kinds(editor, unread=True) == ["lock.requested"]
        hand_over_lock(caller=holder.caller, **facts)
        assert inbox_kinds(editor, unread=True) == []

    def test_asking_ones_own_other_window_tells_nobody(self, quiet: Project, editor: User, caller_for: Callers) -> None:
        Writer(caller_for(editor), quiet).take()
        self.ask(Writer(caller_for(editor), quiet))
        assert inbox_kinds(editor) == []

    def test_whose_lock_is_taken_over(self, quiet: Project, owner: User, editor: User, caller_for: Callers) -> None:
        Writer(caller_for(editor), quiet).take()
        boss = Writer(caller_for(owner), quiet)
        self.ask(boss)
        take_over_lock(
            caller=boss.caller, project_id=quiet.id, session_id=boss.session, field="prompt_text", reason="Urgent"
        )
        assert inbox_kinds(editor, unread=True) == ["lock.taken_over"]

    @staticmethod
    def ask(writer: Writer) -> None:
        request_lock(caller=writer.caller, project_id=writer.project.id, session_id=writer.session, field="prompt_text")


class TestComments:
    def say(self, project: Project, user: User, text: str, caller_for: Callers) -> Any:
        return create_comment(caller=caller_for(user), project_id=project.id, text=text, **PLACE)

    def test_members_who_are_named_are_told(
        self, quiet: Project, editor: User, reviewer: User, viewer: User, outsider: User, caller_for: Callers
    ) -> None:
        text = f"@{editor.username.upper()}, @{viewer.username}. And @{outsider.username}, x@{reviewer.username}?"
        comment = self.say(quiet, reviewer, text, caller_for)
        assert inbox_kinds(editor) == inbox_kinds(viewer) == ["comment.mentioned"]
        assert newest(editor) == {
            "comment_id": str(comment.id),
            "thread_id": str(comment.id),
            "version": 1,
            "target_field": "prompt_text",
        }
        assert inbox_kinds(outsider) == inbox_kinds(reviewer) == []

    def test_nobody_is_told_of_their_own_words(self, quiet: Project, reviewer: User, caller_for: Callers) -> None:
        self.say(quiet, reviewer, f"@{reviewer.username}", caller_for)
        assert inbox_kinds(reviewer) == []

    def test_a_name_is_read_to_its_end(
        self, quiet: Project, make_user: Callable[..., User], owner: User, caller_for: Callers
    ) -> None:
        names = [make_user("ann"), make_user("ann")]
        longer = make_user("longer", username=f"{names[0].username}.b")
        for user in (*names, longer):
            add_member(caller=caller_for(owner), project_id=quiet.id, user_id=user.id, role="viewer")
        self.say(quiet, owner, f"(@{longer.username})", caller_for)
        assert [inbox_kinds(user) for user in (*names, longer)] == [
            ["member.added"],
            ["member.added"],
            ["member.added", "comment.mentioned"],
        ]

    def test_everybody_in_the_thread_hears_an_answer_and_whoever_is_named_hears_that(
        self, quiet: Project, owner: User, editor: User, reviewer: User, caller_for: Callers
    ) -> None:
        thread = self.say(quiet, reviewer, "Why?", caller_for)
        answer_comment(caller=caller_for(editor), comment_id=thread.id, text="Because.")
        answer_comment(caller=caller_for(owner), comment_id=thread.id, text=f"@{editor.username} is right.")
        assert inbox_kinds(reviewer) == ["comment.answered", "comment.answered"]
        assert inbox_kinds(editor) == ["comment.mentioned"]
        assert inbox_kinds(owner) == []

    def test_who_has_left_hears_nothing(
        self, quiet: Project, owner: User, editor: User, reviewer: User, caller_for: Callers
    ) -> None:
        thread = self.say(quiet, reviewer, "Why?", caller_for)
        remove_member(caller=caller_for(owner), project_id=quiet.id, user_id=reviewer.id, reason="Left")
        answer_comment(caller=caller_for(editor), comment_id=thread.id, text="Because.")
        withdraw_comment(caller=caller_for(owner), comment_id=thread.id, reason="Off topic")
        assert inbox_kinds(reviewer) == ["member.removed"]


class TestTasks:
    def test_whose_task_it_becomes(
        self, quiet: Project, owner: User, editor: User, reviewer: User, caller_for: Callers
    ) -> None:
        caller = caller_for(owner)
        task = create_task(caller=caller, project_id=quiet.id, text="Cite 6.1.2", assignee_id=editor.id)
        assert newest(editor) == {"task_id": str(task.id), "text": "Cite 6.1.2"}
        change_task(caller=caller, task_id=task.id, assignee_id=reviewer.id)
        change_task(caller=caller, task_id=task.id, done=True)
        change_task(caller=caller_for(editor), task_id=task.id, assignee_id=editor.id)
        assert inbox_kinds(editor) == inbox_kinds(reviewer) == ["task.assigned"]


class TestReleases:
    @pytest.fixture
    def calm(self, review: Review) -> Review:  # noqa: F811
        Notification.objects.all().delete()
        return review

    def told_to_all(self, review: Review, **options: Any) -> dict[str, list[str]]:  # noqa: F811
        return {role: inbox_kinds(user, **options) for role, user in review.people.items()}

    def test_who_could_sign_is_asked_and_who_submitted_hears_how_it_goes(self, calm: Review) -> None:
        release = calm.submit()
        # The editor is the author, and submitted it; a viewer cannot sign.
        assert self.told_to_all(calm) == {
            "owner": ["release.submitted"],
            "editor": [],
            "reviewer": ["release.submitted"],
            "viewer": [],
        }
        calm.sign(release, "authored", "editor")
        calm.sign(release, "reviewed", "reviewer")
        assert inbox_kinds(calm.people["reviewer"], unread=True) == []
        assert newest(calm.people["editor"]) == {
            "release_id": str(release.id),
            "name": "1.0.0",
            "version": 1,
            "meaning": "reviewed",
        }
        calm.sign(release, "approved", "owner")
        assert self.told_to_all(calm, unread=True) == {
            "owner": [],
            "editor": ["release.signed", "release.released"],
            "reviewer": [],
            "viewer": [],
        }

    def test_only_meanings_that_the_policy_asks_for_count(self, calm: Review) -> None:
        calm.require(signatures={"authored": 1}, distinct_people=1)
        calm.submit(by="owner")
        assert self.told_to_all(calm) == {"owner": [], "editor": ["release.submitted"], "reviewer": [], "viewer": []}

    @pytest.mark.parametrize("way", ["reject", "withdraw"])
    def test_an_end_is_told_and_nobody_is_asked_any_more(self, calm: Review, way: str) -> None:
        release: Release = calm.submit(by="editor")
        end = {"reject": calm.reject, "withdraw": calm.withdraw}[way]
        end(release, by="reviewer" if way == "reject" else "owner")
        kind = {"reject": "release.rejected", "withdraw": "release.withdrawn"}[way]
        assert self.told_to_all(calm, unread=True) == {"owner": [], "editor": [kind], "reviewer": [], "viewer": []}
        assert newest(calm.people["editor"])["reason"]
