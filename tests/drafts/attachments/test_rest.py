"""Uploads and downloads through REST: acceptance cases 38, 39, 40 and 44."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from blake3 import blake3

from accounts.callers import Caller
from accounts.models import User
from drafts.attachments.models import Upload
from projects.models import Project
from projects.services import remove_member
from proposals.services import create_proposal, submit_proposal
from tests.cast import new_project
from tests.drafts.attachments.files import MIB, attach, content
from tests.drafts.attachments.tus import Tus
from tests.rest.client import Answer, Api, members, problem

pytestmark = pytest.mark.django_db
CallerFor = Callable[..., Caller]


@pytest.fixture
def tus(reviewer: User, project: Project) -> Tus:
    return Tus(reviewer, project)


def body_of(answer: Answer) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


def attached(tus: Tus, project: Project, data: bytes, name: str = "a.bin") -> dict[str, Any]:
    subject = {"type": "project", "id": str(project.id)}
    asked = {"upload": tus.send(data), "subject": subject, "name": name}
    answer = tus.api.post(f"projects/{project.id}/attachments/", asked)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = members(answer)
    return found


def test_an_upload_in_pieces_becomes_an_attachment_that_reads_back(tus: Tus, project: Project) -> None:
    data = content(9 * MIB)

    attachment = attached(tus, project, data, "data.bin")

    assert attachment["size"] == 9 * MIB
    assert (attachment["sha256"], attachment["blake3"]) == (
        hashlib.sha256(data).hexdigest(),
        blake3(data).hexdigest(),
    )
    answer = tus.api.get(f"attachments/{attachment['id']}/content/")
    assert (answer.status_code, int(answer["Content-Length"])) == (200, len(data))
    assert body_of(answer) == data
    listed = members(tus.api.get(f"projects/{project.id}/attachments/"))["results"]
    assert listed == [attachment] == [members(tus.api.get(f"attachments/{attachment['id']}/"))]


def test_an_upload_says_how_far_it_is(tus: Tus) -> None:
    made = tus.create(2 * MIB, content(MIB), Upload_Metadata="filename cmVwb3J0LnBkZg==,is_new")
    location = made["Location"]
    told = tus.request("HEAD", location)

    assert (made.status_code, told.status_code) == (201, 200)
    assert (told["Upload-Offset"], told["Upload-Length"]) == (str(MIB), str(2 * MIB))
    assert told["Upload-Metadata"] == "filename cmVwb3J0LnBkZg==,is_new"
    assert told["Upload-Expires"].endswith(" GMT")
    assert told["Cache-Control"] == "no-store"
    assert {made["Tus-Resumable"], told["Tus-Resumable"]} == {"1.0.0"}
    assert (answer := tus.append(location, MIB, content(MIB))).status_code == 204
    assert answer["Upload-Offset"] == str(2 * MIB)


def test_a_client_can_ask_what_of_tus_is_spoken_here(
    tus: Tus, project: Project, viewer: User, outsider: User, settings: Any
) -> None:
    settings.FOUNDRY_FILE_LIMIT = 10 * MIB
    location = tus.create(MIB)["Location"]
    for path in (tus.path, location):
        answer = tus.request("OPTIONS", path, Tus_Resumable="")
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
        assert answer["Tus-Extension"].split(",") == [
            "creation",
            "creation-with-upload",
            "expiration",
            "termination",
        ]
        assert answer["Tus-Max-Size"] == str(10 * MIB)
    assert Tus(viewer, project).request("OPTIONS", tus.path).status_code == 204
    assert Tus(outsider, project).request("OPTIONS", tus.path).status_code == 404
    assert Tus(viewer, project).request("OPTIONS", location).status_code == 404
    deferred = tus.request("POST", tus.path, Upload_Defer_Length="1")
    assert (deferred.status_code, [*deferred.json()["errors"]]) == (400, ["Upload-Length"])


def test_mistakes_are_told_by_the_status_that_tus_gives_them(tus: Tus) -> None:
    location = tus.create(2 * MIB, content(MIB))["Location"]

    assert problem(tus.append(location, 0, content(MIB))) == (409, "conflict")
    assert problem(tus.append(location, MIB, content(MIB), Tus_Resumable="0.2.2")) == (412, "precondition_failed")
    assert problem(tus.append(location, MIB, b"{}", Content_Type="application/json")) == (415, "unsupported_media_type")
    assert problem(tus.append(location, MIB, content(MIB + 1))) == (413, "payload_too_large")
    assert problem(tus.request("PATCH", location, b"x")) == (400, "validation_failed")
    assert problem(tus.request("POST", tus.path)) == (400, "validation_failed")
    assert problem(tus.create(1, Upload_Metadata="a b\r\nX: y"))[0] == 400
    assert tus.offset(location) == MIB
    assert tus.request("DELETE", location).status_code == 204
    assert problem(tus.append(location, MIB, content(MIB))) == (404, "not_found")
    assert tus.request("HEAD", location).status_code == 404


def test_another_person_is_told_nothing_of_an_upload(tus: Tus, project: Project, owner: User) -> None:
    location = tus.create(1)["Location"]
    other = Tus(owner, project)
    assert other.request("HEAD", location).status_code == 404
    assert problem(other.append(location, 0, b"x")) == (404, "not_found")


def test_limits_are_told_before_any_byte(tus: Tus, settings: Any) -> None:
    settings.FOUNDRY_FILE_LIMIT = 100 * MIB
    assert problem(tus.create(101 * MIB)) == (413, "payload_too_large")

    settings.FOUNDRY_PROJECT_FILES = MIB
    answer = members(tus.create(2 * MIB))

    assert (answer["status"], answer["limit"], answer["used"]) == (413, MIB, 0)
    assert Upload.objects.count() == 0


def test_c10_a_hash_is_no_permission(
    tus: Tus, project: Project, owner: User, editor: User, viewer: User, caller_for: CallerFor
) -> None:
    other = new_project(owner, members={"viewer": viewer})
    attachment = attached(tus, project, content(2 * MIB))
    vic = Api(viewer)
    for digest in (attachment["sha256"], attachment["blake3"]):
        assert problem(vic.get(f"projects/{other.id}/blobs/{digest}/")) == (404, "not_found")
        answer = vic.get(f"projects/{project.id}/blobs/{digest}/")
        assert (answer.status_code, answer["ETag"]) == (200, f'"{attachment["sha256"]}"')
        assert body_of(answer) == content(2 * MIB)
    path, etag = f"attachments/{attachment['id']}/content/", f'"{attachment["sha256"]}"'
    assert vic.get(path, If_None_Match=etag).status_code == 304

    remove_member(caller=caller_for(owner), project_id=project.id, user_id=viewer.id, reason="Left")

    assert problem(vic.get(path, If_None_Match=etag)) == (404, "not_found")
    assert problem(vic.get(f"projects/{project.id}/blobs/{attachment['sha256']}/")) == (404, "not_found")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (SVG, "a.svg", "application/octet-stream"),
        (HTML, "a.png", "application/octet-stream"),
        (PNG + HTML, "a.png", "image/png"),
        (b"GIF89a/*" + b"*/=alert(1)//", "a.gif", "image/gif"),
        (b"%PDF-1.7\n" + HTML, "übersicht “1”.pdf", "application/pdf"),
        (b"", "empty.txt", "application/octet-stream"),
    ],
)
def test_nothing_of_a_file_runs_or_shows_inline(
    tus: Tus, project: Project, data: bytes, name: str, media_type: str
) -> None:
    attachment = attached(tus, project, data, name)
    for path in (f"attachments/{attachment['id']}/content/", f"projects/{project.id}/blobs/{attachment['sha256']}/"):
        answer = tus.api.get(path)
        assert answer["Content-Type"] == media_type == attachment["media_type"]
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert body_of(answer) == data


@pytest.mark.parametrize("name", ['"><script>.html', "a\r\nX-Evil: yes", "../a", "nul", "a\u202egnp.exe", ""])
def test_a_hostile_name_is_refused_and_the_upload_stays(tus: Tus, project: Project, name: str) -> None:
    asked = {"upload": tus.send(b"x"), "subject": {"type": "project", "id": str(project.id)}, "name": name}
    answer = tus.api.post(f"projects/{project.id}/attachments/", asked)
    assert problem(answer) == (400, "validation_failed")
    assert tus.api.post(f"projects/{project.id}/attachments/", {**asked, "name": "a.txt"}).status_code == 201


@pytest.fixture
def ranged(tus: Tus, project: Project) -> str:
    return f"attachments/{attached(tus, project, content(5 * MIB))['id']}/content/"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=4194300-4194310", 4194300, 4194311),
        ("bytes=-5", 5 * MIB - 5, 5 * MIB),
        ("bytes=5242879-", 5 * MIB - 1, 5 * MIB),
        ("bytes=0-99999999", 0, 5 * MIB),
        ("bytes=-99999999", 0, 5 * MIB),
    ],
)
def test_a_range_is_sent_alone(tus: Tus, ranged: str, asked: str, start: int, stop: int) -> None:
    answer = tus.api.get(ranged, Range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (206, f"bytes {start}-{stop - 1}/{5 * MIB}")
    assert int(answer["Content-Length"]) == stop - start
    assert body_of(answer) == content(5 * MIB)[start:stop]


@pytest.mark.parametrize("asked", ["bytes=9999999-", "bytes=5242880-", "bytes=-0"])
def test_a_range_that_the_file_does_not_have_is_refused_with_its_size(tus: Tus, ranged: str, asked: str) -> None:
    answer = tus.api.get(ranged, Range=asked)
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */5242880")


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=5-4", "lines=1-2", "bytes=a-b", "bytes=-"])
def test_what_is_no_single_range_is_answered_with_the_whole(tus: Tus, ranged: str, asked: str) -> None:
    answer = tus.api.get(ranged, Range=asked)
    assert (answer.status_code, int(answer["Content-Length"])) == (200, 5 * MIB)


def test_a_range_of_another_state_is_answered_with_the_whole(tus: Tus, ranged: str) -> None:
    etag = tus.api.request("HEAD", ranged)["ETag"]
    assert tus.api.get(ranged, Range="bytes=0-1", If_Range=etag).status_code == 206
    assert tus.api.get(ranged, Range="bytes=0-1", If_Range='"another"').status_code == 200


def test_what_was_removed_is_listed_for_owners_and_auditors(tus: Tus, project: Project, owner: User) -> None:
    attachment = attached(tus, project, b"a")
    path = f"projects/{project.id}/attachments/"
    removed = members(tus.api.post(f"attachments/{attachment['id']}/remove/", {"reason": "Wrong file"}))
    assert removed["reason"] == "Wrong file"

    assert members(tus.api.get(path))["results"] == []
    assert problem(tus.api.get(path + "?removed=true")) == (403, "permission_denied")
    assert problem(tus.api.get(f"attachments/{attachment['id']}/content/")) == (404, "not_found")
    assert problem(tus.api.get(f"projects/{project.id}/blobs/{attachment['sha256']}/")) == (404, "not_found")
    olga = Api(owner)
    assert members(olga.get(path))["results"] == []
    assert members(olga.get(path + "?removed=true"))["results"] == [removed]
    assert body_of(olga.get(f"attachments/{attachment['id']}/content/")) == b"a"


def test_a_list_can_be_of_one_thing(tus: Tus, project: Project, owner: User, caller_for: CallerFor) -> None:
    attached(tus, project, b"a")
    caller = caller_for(owner)
    proposal = create_proposal(
        caller=caller, project_id=project.id, title="T", base_version=0, changes={"prompt_text": "x"}
    )
    subject: dict[str, Any] = {"subject_type": "proposal", "subject_id": proposal.id}
    submit_proposal(caller=caller, proposal_id=proposal.id)
    on_proposal = attach(caller, project, b"b", **subject)

    answer = tus.api.get(f"projects/{project.id}/attachments/?subject_type=proposal&subject_id={proposal.id}")

    assert [each["id"] for each in members(answer)["results"]] == [str(on_proposal.id)]
    assert problem(tus.api.get(f"projects/{project.id}/attachments/?subject_id=x")) == (400, "validation_failed")


def test_a_private_proposal_takes_no_files(tus: Tus, project: Project, owner: User, caller_for: CallerFor) -> None:
    """They would be on record, and with them that it exists."""
    proposal = create_proposal(caller=caller_for(owner), project_id=project.id, title="T")
    mine = Tus(owner, project)

    def tried(client: Tus) -> tuple[int, str]:
        asked = {"upload": client.send(b"x"), "subject": {"type": "proposal", "id": str(proposal.id)}, "name": "a"}
        return problem(client.api.post(f"projects/{project.id}/attachments/", asked))

    assert tried(mine) == (409, "conflict")
    assert tried(tus) == (404, "not_found")
