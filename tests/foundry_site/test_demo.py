from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth import authenticate

from accounts.models import User
from accounts.services import create_account
from drafts.models import Draft
from foundry_site.demo import making, sign_in_file
from foundry_site.demo.story import PROJECT_NAME, VERSIONS
from locking.models import Lease
from projects.models import Project

URL = "http://localhost:8000/"


@pytest.mark.django_db
def test_it_is_a_project_with_a_history_and_no_lock_held(tmp_path: Path) -> None:
    making.make_demo(data_dir=tmp_path, url=URL)
    project = Project.objects.get(name=PROJECT_NAME)
    drafts = list(Draft.objects.filter(project=project).order_by("version_number").select_related("author"))
    assert [draft.version_number for draft in drafts] == list(range(1, len(VERSIONS) + 1))
    assert [draft.message for draft in drafts] == [version.message for version in VERSIONS]
    assert len({draft.author for draft in drafts}) == 3
    assert sorted(drafts[-1].files) == ["corpus/adverse_events.jsonl", "topology.yaml"]
    assert drafts[-1].prompt_text == VERSIONS[-1].changes["prompt_text"]
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
def test_one_that_was_interrupted_is_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "VERSIONS", VERSIONS[:5])
    making.make_demo(data_dir=tmp_path, url=URL)
    (tmp_path / sign_in_file.NAME).unlink()
    monkeypatch.undo()
    demo = making.make_demo(data_dir=tmp_path, url=URL)
    drafts = Draft.objects.filter(project_id=demo["project_id"])
    assert [draft.message for draft in drafts.order_by("version_number")] == [one.message for one in VERSIONS]
    owner = demo["accounts"][0]
    assert authenticate(None, username="owner", password=owner["password"]) is not None


@pytest.mark.django_db
def test_it_leaves_somebody_elses_account_alone(tmp_path: Path) -> None:
    from accounts.callers import foundry_caller

    theirs = create_account(caller=foundry_caller("command"), username="editor", display_name="Somebody else")
    with pytest.raises(making.DemoError, match="The user name editor is taken"):
        making.make_demo(data_dir=tmp_path, url=URL)
    assert not User.objects.get(id=theirs.id).has_usable_password()


def test_its_texts_are_what_a_door_would_accept() -> None:
    for version in VERSIONS:
        for name, change in version.changes.items():
            text = change["content"] if isinstance(change, dict) else change
            assert isinstance(text, str), name
            assert text.endswith("\n")
            assert "\r" not in text
