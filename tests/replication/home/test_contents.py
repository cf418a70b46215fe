"""Texts and files of another site: asked for by hash, kept where the bytes have it, given where something names it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from blake3 import blake3 as blake3_of
from django.test import Client
from django.utils import timezone

from accounts.models import User
from blobs.models import MAX_INLINE, Blob, sha256_of
from blobs.reading import read_blob
from drafts.attachments.models import Upload
from kernel.errors import NotFound, PermissionDenied, ValidationFailed
from projects.models import Project
from stages.registers import verbs
from stages.registers.models import Row
from stages.registers.schema import Column
from stages.replication.home.answering import part_of_file, texts_for
from stages.replication.home.keeping import Fetch, keep_part, keep_texts, missing_texts, next_file
from stages.replication.home.verification import check_copies
from stages.replication.home.wanting import fetch_blob, fetch_text
from stages.replication.models import Peer, WantedContent
from tests.cast import new_project
from tests.publishing.reviews import caller_of
from tests.registers.reading.stored import Sites
from tests.replication.home.copying import OTHER_KEY, CopiedProject
from tests.replication.tampering import triggers_off

pytestmark = pytest.mark.django_db


def admit(project: Project, **facts: object) -> Peer:
    facts = {"name": "Plant", "admitted_at": timezone.now(), "revoked_at": None, **facts}
    peer, _ = Peer.objects.update_or_create(project=project, key=OTHER_KEY, defaults=facts)
    return peer


def test_texts_that_came_are_here(recorded: CopiedProject) -> None:
    recorded.take_all()
    asked = missing_texts(recorded.id)
    assert sorted(recorded.fetch_texts()) == sorted(asked)
    assert missing_texts(recorded.id) == []
    caller = caller_of(recorded.people["viewer"])
    assert fetch_text(caller=caller, project_id=recorded.id, sha256=asked[0]) == recorded.texts[asked[0]]


def test_a_text_that_is_another_one_is_not_kept(recorded: CopiedProject) -> None:
    recorded.take_all()
    asked = missing_texts(recorded.id)
    assert keep_texts(recorded.id, {asked[0]: "something else", asked[1]: 5, "ab" * 32: "unasked"}) == []
    assert missing_texts(recorded.id) == asked


def test_a_site_that_sends_another_text_has_an_alarm_until_it_sends_the_right_one(recorded: CopiedProject) -> None:
    recorded.take_all()
    asked, *_more = missing_texts(recorded.id)
    assert keep_texts(recorded.id, {asked: "something else"}, peer_id=recorded.home.pk) == []
    alarm = recorded.home.alarm
    assert alarm is not None
    assert (alarm["kind"], asked[:16] in alarm["detail"], "over_at" in alarm) == ("wrong_text", True, False)
    assert keep_texts(recorded.id, {asked: recorded.texts[asked]}, peer_id=recorded.home.pk) == [asked]
    assert "over_at" in (recorded.home.alarm or {})


def test_a_text_that_no_event_names_is_not_asked_for(copied: CopiedProject) -> None:
    caller = caller_of(copied.people["viewer"])
    with pytest.raises(NotFound):
        fetch_text(caller=caller, project_id=copied.id, sha256="ab" * 32)
    with pytest.raises(ValidationFailed):
        fetch_text(caller=caller, project_id=copied.id, sha256="AB")
    assert not WantedContent.objects.filter(hash="ab" * 32).exists()


def test_a_replica_gives_its_texts_to_peers_with_copies_only(copied: CopiedProject) -> None:
    digest = WantedContent.objects.filter(project=copied.project).values_list("hash", flat=True)[0]
    admit(copied.project, copies=True)
    asked = {"hashes": [digest, "ab" * 32]}
    assert texts_for(copied.id, OTHER_KEY.hex(), asked) == {"texts": {digest: copied.texts[digest]}}
    admit(copied.project, copies=False)
    with pytest.raises(PermissionDenied):
        texts_for(copied.id, OTHER_KEY.hex(), asked)


@pytest.mark.parametrize("hashes", [None, "x", ["x"], [1], ["ab" * 32] * 51])
def test_what_asks_for_no_hashes_is_refused(copied: CopiedProject, hashes: object) -> None:
    admit(copied.project, copies=True)
    with pytest.raises(ValidationFailed):
        texts_for(copied.id, OTHER_KEY.hex(), {"hashes": hashes})


DATA = bytes(range(256)) * 5000  # 1.2 MiB: a frame and a rest, and so a blob in pieces


@pytest.fixture
def filed(owner: User) -> Filed:
    """A project in which an accepted operation of another site names a file that is not here."""
    return file_of(new_project(owner), DATA)


@dataclass
class Filed:
    project: Project
    owner: User
    blake3: str
    data: bytes

    def ask(self) -> Blob | None:
        return fetch_blob(caller=caller_of(self.owner), project_id=self.project.id, blake3=self.blake3)

    def receive(self, data: bytes) -> Blob | None:
        """Fetch the file from a peer that has `data`, a MiB at a time."""
        fetch = next_file(self.project.id)
        while fetch is not None:
            part = data[fetch.offset : fetch.offset + 1024 * 1024]
            fetch = keep_part(fetch, size=len(data), data=part)
        return self.ask()


def file_of(project: Project, data: bytes) -> Filed:
    digest = blake3_of(data).hexdigest()
    sites = Sites(project)
    sites.a.do(verbs.add_column, "tests", Column("report", "blob-reference", "Report"))
    value = {"blake3": digest, "name": "run.log", "size": len(data), "media_type": "text/plain"}
    sites.create("tests", title="Test", report=value)
    sites.store()
    return Filed(project, project.created_by, digest, data)


def test_a_file_is_asked_for_once_when_it_is_opened(filed: Filed) -> None:
    assert next_file(filed.project.id) is None
    assert filed.ask() is None
    assert filed.ask() is None
    assert next_file(filed.project.id) == Fetch(filed.project.id, filed.blake3, 0)
    assert WantedContent.objects.filter(project=filed.project).count() == 1


def test_a_file_that_came_in_parts_is_kept_whole(filed: Filed) -> None:
    filed.ask()
    blob = filed.receive(DATA)
    assert blob is not None
    assert (blob.sha256, blob.size > MAX_INLINE, b"".join(read_blob(blob.sha256))) == (sha256_of(DATA), True, DATA)
    assert not Upload.objects.filter(project=filed.project).exists()


@pytest.mark.parametrize("size", [0, 1, MAX_INLINE])
def test_small_files_are_kept_too(owner: User, size: int) -> None:
    filed = file_of(new_project(owner), DATA[:size])
    filed.ask()
    blob = filed.receive(filed.data)
    assert blob is not None
    assert blob.size == size


def test_it_goes_on_where_it_was_cut_off(filed: Filed) -> None:
    filed.ask()
    first = next_file(filed.project.id)
    assert first is not None
    rest = keep_part(first, size=len(DATA), data=DATA[: 1024 * 1024])
    assert next_file(filed.project.id) == rest
    assert rest == Fetch(filed.project.id, filed.blake3, 1024 * 1024)
    # Another link that still fetches the first part has no effect.
    assert keep_part(first, size=len(DATA), data=DATA[: 1024 * 1024]) is None
    assert filed.receive(DATA) is not None


def test_another_file_than_was_asked_for_is_thrown_away(filed: Filed) -> None:
    filed.ask()
    assert filed.receive(DATA[::-1]) is None
    assert next_file(filed.project.id) == Fetch(filed.project.id, filed.blake3, 0)
    assert not Upload.objects.filter(project=filed.project).exists()
    assert filed.receive(DATA) is not None


def test_a_file_that_no_operation_names_is_neither_asked_for_nor_given(filed: Filed) -> None:
    with pytest.raises(NotFound):
        fetch_blob(caller=caller_of(filed.owner), project_id=filed.project.id, blake3="ab" * 32)
    admit(filed.project)
    with pytest.raises(NotFound):
        part_of_file(filed.project.id, OTHER_KEY.hex(), {"blake3": "ab" * 32, "offset": 0})


def test_a_peer_gets_a_file_a_mebibyte_at_a_time(filed: Filed) -> None:
    filed.ask()
    filed.receive(DATA)
    admit(filed.project)
    got, offset = b"", 0
    while offset < len(DATA):
        facts, data = part_of_file(filed.project.id, OTHER_KEY.hex(), {"blake3": filed.blake3, "offset": offset})
        assert facts == {"size": len(DATA), "offset": offset, "length": len(data)}
        got += data
        offset += len(data)
    assert got == DATA


def test_a_site_that_is_not_admitted_gets_nothing(filed: Filed) -> None:
    with pytest.raises(PermissionDenied):
        part_of_file(filed.project.id, OTHER_KEY.hex(), {"blake3": filed.blake3, "offset": 0})


@pytest.mark.parametrize("asked", [{"hashes": [], "more": 1}, {"hashes": [], "offset": 0}])
def test_unknown_members_of_texts_are_refused(copied: CopiedProject, asked: dict[str, Any]) -> None:
    admit(copied.project, copies=True)
    with pytest.raises(ValidationFailed):
        texts_for(copied.id, OTHER_KEY.hex(), asked)


@pytest.mark.parametrize("more", [{"sha256": "ab" * 32}, {"more": 1}])
def test_a_file_is_asked_for_by_one_hash_and_nothing_else(filed: Filed, more: dict[str, Any]) -> None:
    admit(filed.project)
    with pytest.raises(ValidationFailed):
        part_of_file(filed.project.id, OTHER_KEY.hex(), {"blake3": filed.blake3, **more})


@pytest.mark.parametrize("offset", [-1, True, 1.5, "0", None, 10**9])
def test_an_offset_that_is_none_is_refused(filed: Filed, offset: object) -> None:
    filed.ask()
    filed.receive(DATA)
    admit(filed.project)
    with pytest.raises(ValidationFailed):
        part_of_file(filed.project.id, OTHER_KEY.hex(), {"blake3": filed.blake3, "offset": offset})


def test_what_is_kept_has_nothing_wrong_and_what_is_changed_is_noticed(filed: Filed) -> None:
    filed.ask()
    filed.receive(DATA)
    assert list(check_copies()) == []
    other = file_of(new_project(filed.owner), DATA[:5])
    other.ask()
    kept = other.receive(DATA[:5])
    assert kept is not None
    with triggers_off():
        WantedContent.objects.filter(project=filed.project).update(blob=kept.sha256)
    (found,) = check_copies()
    assert "another file than was asked for" in str(found)


def test_a_file_of_a_record_opens_as_a_page_until_it_is_here(filed: Filed) -> None:
    admit(filed.project)
    record = Row.objects.values_list("record", flat=True).get(project=filed.project, facet="tests")
    client = Client()
    client.force_login(filed.owner)
    opened = client.get(f"/projects/{filed.project.id}/registers/records/{record}/file/open/", {"hash": filed.blake3})
    page = client.get(opened.headers["Location"])
    assert "Not here yet, Plant has it" in page.content.decode()
    assert client.get(f"/api/v1/projects/{filed.project.id}/home/files/{filed.blake3}/").json()["sites"] == ["Plant"]
    filed.receive(DATA)
    here = client.get(opened.headers["Location"])
    sent = client.get(here.headers["Location"])
    assert (sent.status_code, sent.headers["Content-Type"]) == (200, "application/octet-stream")
    assert b"".join(sent.streaming_content) == DATA  # type: ignore[attr-defined]
    assert "run.log" in sent.headers["Content-Disposition"]
