from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from uuid import UUID

import pytest
from django.contrib.auth import authenticate

from accounts.models import User
from accounts.services import create_account
from audit.event_types import EventType, InboxLine
from audit.verification import verify_chain
from drafts.attachments.models import Attachment
from drafts.comments.models import Comment
from drafts.models import Draft
from drafts.tasks.models import Task
from foundry_site.demo import making, sign_in_file
from foundry_site.demo.scenario import SCENARIO
from foundry_site.demo.story import LATER_VERSIONS, PROJECT_NAME
from foundry_site.demo.story import VERSIONS as FIRST_VERSIONS
from foundry_site.stages import installed_stages
from locking.models import Lease
from notifications.models import Notification
from projects.models import Project
from proposals.listing import proposal_bodies
from proposals.models import Proposal
from publishing.models import Release, Signature

URL = "http://localhost:8000/"
VERSIONS = (*FIRST_VERSIONS, *LATER_VERSIONS)


def kinds_of_stages() -> set[str]:
    """The events of installed stages: what they add to the demo, their own tests ask."""
    found = set()
    for stage in installed_stages():
        if find_spec(f"{stage.name}.events"):
            events = vars(import_module(f"{stage.name}.events")).values()
            found |= {each.name for each in events if isinstance(each, EventType)}
            found |= {each.kind for each in events if isinstance(each, InboxLine)}
    return found


def lines_of_trunk(user: User) -> list[str]:
    """Kinds of unread lines that no stage caused: neither by events of its own, nor by proposals that it opened."""
    opened = {str(each) for each in Proposal.objects.exclude(origin_type="").values_list("id", flat=True)}
    lines = Notification.objects.of(user).unread().exclude(kind__in=kinds_of_stages())
    return sorted(line.kind for line in lines if line.facts.get("proposal_id") not in opened)


@pytest.mark.django_db
def test_it_is_a_project_with_a_history_and_no_lock_held(tmp_path: Path) -> None:
    making.make_demo(data_dir=tmp_path, url=URL)
    project = Project.objects.get(name=PROJECT_NAME)
    drafts = list(Draft.objects.filter(project=project).order_by("version_number").select_related("author"))
    assert [draft.version_number for draft in drafts] == list(range(1, len(VERSIONS) + 1))
    assert [draft.message for draft in drafts] == [version.message for version in VERSIONS]
    assert len({draft.author for draft in drafts}) == 3
    suite = ["evaluations/protocol.yaml", "evaluations/questions.jsonl"]
    assert sorted(drafts[-1].files) == ["corpus/adverse_events.jsonl", *suite, "topology.yaml"]
    assert drafts[-1].prompt_text == LATER_VERSIONS[0].changes["prompt_text"]
    assert not Lease.objects.open().filter(project=project).exists()


@pytest.mark.django_db
def test_everybody_in_the_file_can_sign_in(tmp_path: Path) -> None:
    demo = making.make_demo(data_dir=tmp_path, url=URL)
    assert [account["role"] for account in demo["accounts"]] == ["owner", "editor", "reviewer", "auditor"]
    for account in demo["accounts"]:
        assert authenticate(None, username=account["username"], password=account["password"]) is not None
    assert User.objects.named("auditor").get().is_auditor


@pytest.mark.django_db
def test_a_second_time_keeps_passwords_and_versions(tmp_path: Path) -> None:
    first = making.make_demo(data_dir=tmp_path, url=URL)
    second = making.make_demo(data_dir=tmp_path, url="http://localhost:9000/")
    assert second == {**first, "url": "http://localhost:9000/"} == sign_in_file.read(tmp_path)
    assert Draft.objects.filter(project_id=first["project_id"]).count() == len(VERSIONS)


@pytest.mark.django_db
def test_it_was_talked_about_released_by_three_people_and_reopened_since(tmp_path: Path) -> None:
    demo = making.make_demo(data_dir=tmp_path, url=URL)
    project = Project.objects.get(id=demo["project_id"])
    assert project.status == "open"
    release = Release.objects.with_people().get(project=project)
    assert (release.name, release.state, release.draft.version_number) == ("1.0", "released", len(FIRST_VERSIONS))
    signatures = {each.meaning: each.signer.username for each in release.signatures.all()}
    assert signatures == {"authored": "editor", "reviewed": "owner", "approved": "reviewer"}
    threads = Comment.objects.threads(project.id).order_by("id")
    assert [(each.state, each.replies.count()) for each in threads] == [("resolved", 1), ("open", 1)]
    tasks = Task.objects.of_project(project.id)
    assert [(task.is_done, task.assignee and task.assignee.username) for task in tasks] == [
        (True, "editor"),
        (False, "editor"),
        (False, "reviewer"),
    ]
    assert verify_chain(str(project.id)).finding is None


@pytest.mark.django_db
def test_a_document_is_attached_to_the_released_version_and_a_picture_to_a_comment(tmp_path: Path) -> None:
    demo = making.make_demo(data_dir=tmp_path, url=URL)
    document, picture = Attachment.objects.filter(project_id=demo["project_id"]).order_by("created_at")
    released = Draft.objects.get(project_id=demo["project_id"], version_number=len(FIRST_VERSIONS))
    assert (document.subject_type, document.subject_id) == ("draft", released.id)
    assert (document.name, document.media_type) == ("amendment-4-section-numbers.pdf", "application/pdf")
    thread = Comment.objects.get(id=picture.subject_id)
    assert (picture.subject_type, thread.state) == ("comment", "open")
    assert (picture.name, picture.media_type) == ("dose-levels.png", "image/png")


@pytest.mark.django_db
def test_somebody_is_mentioned_and_only_what_is_new_waits(tmp_path: Path) -> None:
    making.make_demo(data_dir=tmp_path, url=URL)
    people = {name: User.objects.named(name).get() for name in ("owner", "editor", "reviewer")}
    assert {name: lines_of_trunk(user) for name, user in people.items()} == {
        "owner": ["proposal.opened"],
        "editor": [
            *("comment.mentioned", "comment.mentioned", "comment.on_proposal", "proposal.opened", "proposal.voted"),
            "task.assigned",
        ],
        "reviewer": ["comment.answered", "task.assigned"],
    }


@pytest.mark.django_db
def test_one_proposal_is_in_review_one_of_an_agent_has_drifted_and_one_is_private(tmp_path: Path) -> None:
    demo = making.make_demo(data_dir=tmp_path, url=URL)
    owner, editor, reviewer = (User.objects.named(name).get() for name in ("owner", "editor", "reviewer"))
    # Those that stages make of their own work are asked for by their tests.
    proposals = Proposal.objects.filter(project_id=demo["project_id"], origin_type="").order_by("id")
    shown = [each.id for each in proposals.visible_to(reviewer)]
    first, second = proposal_bodies(shown, project_id=UUID(demo["project_id"]), user=reviewer)
    assert (first["number"], first["state"], first["author"]["id"]) == (1, "open", str(editor.id))
    assert first["comments"]["open"] == 2
    assert [each["id"] for each in first["approvals"]["given"]] == [str(reviewer.id)]
    assert {each["drift"] for each in first["targets"]} == {"none"}
    assert (second["author"]["display_name"], second["author"]["kind"]) == ("Protocol assistant", "agent")
    assert (second["on_behalf_of"]["id"], second["state"]) == (str(owner.id), "open")
    assert [each["drift"] for each in second["targets"]] == ["clean"]
    (private,) = proposals.filter(state="private")
    assert private.author == editor


@pytest.mark.django_db
@pytest.mark.parametrize("cut", [5, 12, 15, 20, 24, 28, 30, 33, len(SCENARIO) - 1])
def test_one_that_was_interrupted_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    monkeypatch.setattr(making, "SCENARIO", SCENARIO[:cut])
    making.make_demo(data_dir=tmp_path, url=URL)
    (tmp_path / sign_in_file.NAME).unlink()
    monkeypatch.undo()
    demo = making.make_demo(data_dir=tmp_path, url=URL)
    drafts = Draft.objects.filter(project_id=demo["project_id"])
    assert [draft.message for draft in drafts.order_by("version_number")] == [one.message for one in VERSIONS]
    assert Signature.objects.filter(project_id=demo["project_id"]).count() == 3
    assert Comment.objects.filter(project_id=demo["project_id"]).count() == 6
    assert Proposal.objects.filter(project_id=demo["project_id"], origin_type="").count() == 3
    assert Task.objects.filter(project_id=demo["project_id"]).count() == 3
    assert Attachment.objects.filter(project_id=demo["project_id"]).count() == 2
    owner = demo["accounts"][0]
    assert authenticate(None, username="owner", password=owner["password"]) is not None


@pytest.mark.django_db
def test_it_leaves_somebody_elses_account_alone(tmp_path: Path) -> None:
    from accounts.callers import foundry_caller

    theirs = create_account(caller=foundry_caller("command"), username="editor", display_name="Somebody else")
    with pytest.raises(making.DemoError, match="The user name editor is taken"):
        making.make_demo(data_dir=tmp_path, url=URL)
    assert not User.objects.get(id=theirs.id).has_usable_password()


def test_its_texts_pass_the_checks_of_a_save() -> None:
    for version in VERSIONS:
        for name, change in version.changes.items():
            text = change["content"] if isinstance(change, dict) else change
            assert isinstance(text, str), name
            assert text.endswith("\n")
            assert "\r" not in text
