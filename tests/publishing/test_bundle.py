"""A bundle: everything that proves a release, for people and for machines, without Foundry."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from rfc3161_client import decode_timestamp_response

from accounts.callers import foundry_caller
from accounts.models import User
from audit.checkpoints.stamping import stamp_checkpoints
from audit.models import Event
from drafts.comments.services import create_comment
from drafts.services import change_files
from locking.models import Lease
from projects.services import change_role, create_project, reopen_project, update_project
from publishing.bundle.assembly import verifier_source
from publishing.models import Release
from tests.audit.authority import Authority
from tests.publishing.bundles import files_in, lines_of, project_bundle, release_bundle, said_of, wrong_with
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def release(review: Review) -> Release:
    review.save("# Role\nBe exact.\n", **{"files/data/limits.json": {"content": '{"a": 1}\n'}})
    return review.release()


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def run(*arguments: object) -> tuple[int, str]:
    """Run a bundle's verifier as an inspector does: another Python process without our packages."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_c03_it_holds_the_content_as_files_and_the_whole_record(review: Review, release: Release):
    files = files_in(release_bundle(release))

    assert files["content/prompt_text.md"].decode() == "# Role\nBe exact.\n"
    assert files["content/files/data/limits.json"].decode() == '{"a": 1}\n'
    assert [line["version"] for line in lines_of(files["versions.jsonl"])] == [1, 2]
    assert len(lines_of(files["events.jsonl"])) == Event.objects.of_project(review.project.id).count()
    assert len(lines_of(files["leases.jsonl"])) == Lease.objects.filter(project=review.project).count()
    assert len(lines_of(files["signatures.jsonl"])) == 3
    assert {line["role"] for line in lines_of(files["members.jsonl"])} == {"owner", "editor", "reviewer", "viewer"}
    assert wrong_with(files) is None


def test_c22_it_says_who_held_what_from_when_to_when(review: Review, release: Release):
    lease = lines_of(files_in(release_bundle(release))["leases.jsonl"])[0]

    assert lease["user"]["id"] == str(review.people["editor"].id)
    assert lease["started_at"] < lease["ended_at"]
    assert lease["end_reason"] == "frozen"


def test_verify_py_says_valid_of_the_folder_and_of_the_zip(release: Release, tmp_path: Path):
    data = release_bundle(release)
    (tmp_path / "bundle.zip").write_bytes(data)
    folder = unpacked(data, tmp_path / "bundle")
    key = json.loads(json.loads((folder / "seal.json").read_text())["statement"])["key"]

    status, said = run(folder / "verify.py", key)
    assert status == 0, said
    assert said.startswith("VALID\n")
    assert "approved by Owner" in said
    assert run(folder / "verify.py", key, tmp_path / "bundle.zip") == (0, said)
    status, said = run(folder / "verify.py", "0" * 64)
    assert (status, "none of its keys is one that you name" in said) == (1, True)


def test_verify_py_without_a_known_key_says_that_nothing_was_compared_with_one(release: Release, tmp_path: Path):
    folder = unpacked(release_bundle(release), tmp_path / "bundle")

    status, said = run(folder / "verify.py")

    assert (status, said.splitlines()[0]) == (0, "VALID, BUT NOT COMPARED WITH A KNOWN KEY")
    assert f"  {json.loads(json.loads((folder / 'seal.json').read_text())['statement'])['key']}" in said


def test_verify_py_names_what_is_wrong_and_fails(release: Release, tmp_path: Path):
    folder = unpacked(release_bundle(release), tmp_path)
    (folder / "content/prompt_text.md").write_text("# Role\nBe vague.\n")

    assert run(folder / "verify.py") == (
        1,
        "NOT VALID: content/prompt_text.md: it was changed (its SHA-256 is not the manifest's)\n",
    )
    (folder / "notes.txt").write_text("Also added.")
    assert run(folder / "verify.py") == (1, "NOT VALID: notes.txt was added\n")


@pytest.mark.parametrize("what", ["nowhere.zip", "verify.py", "."])
def test_verify_py_fails_where_there_is_nothing_to_verify(tmp_path: Path, what: str):
    (tmp_path / "verify.py").write_bytes(verifier_source())
    status, said = run(tmp_path / "verify.py", tmp_path / what)

    assert (status, said.startswith("NOT VALID: ")) == (1, True)


def test_verify_py_finds_a_damaged_zip(release: Release, tmp_path: Path):
    data = bytearray(release_bundle(release))
    path = tmp_path / "bundle.zip"
    (tmp_path / "verify.py").write_bytes(verifier_source())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    assert run(tmp_path / "verify.py", path)[0] == 1


def test_verify_py_needs_nothing_but_the_standard_library():
    source = verifier_source().decode()
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}

    assert imported <= set(sys.stdlib_module_names)
    assert "publishing" not in source


def test_a_release_s_bundle_says_the_same_years_later(review: Review, release: Release):
    before = files_in(release_bundle(release))
    owner = caller_of(review.people["owner"])
    reopen_project(caller=owner, project_id=review.project.id)
    change_role(
        caller=owner,
        project_id=review.project.id,
        user_id=review.people["viewer"].id,
        role="reviewer",
        reason="Grows",
    )
    review.save("# Role\nSomething else.\n")

    after = files_in(release_bundle(release))

    assert {name for name in before if before[name] != after[name]} == set()
    assert wrong_with(after) is None


def test_a_release_s_bundle_is_the_same_bytes_whatever_was_renamed_since(review: Review, release: Release):
    before = release_bundle(release)
    owner = caller_of(review.people["owner"])
    reopen_project(caller=owner, project_id=review.project.id)
    update_project(caller=owner, project_id=review.project.id, name="Another agent", description="Of another team")
    for person in review.people.values():
        User.objects.filter(pk=person.pk).update(display_name="Somebody Else")

    after = release_bundle(release)

    assert after == before
    assert b"Oncology protocol agent" in files_in(after)["report.html"]
    assert b"Another agent" in files_in(project_bundle(review))["report.html"]


@pytest.mark.parametrize("how", ["in review", "rejected", "withdrawn"])
def test_a_release_that_was_not_released_has_a_bundle_too(review: Review, how: str):
    release = review.submit()
    review.sign(release, "authored", "editor")
    if how != "in review":
        {"rejected": review.reject, "withdrawn": review.withdraw}[how](release)

    assert wrong_with(files_in(release_bundle(release))) is None


def test_c03_a_project_s_bundle_holds_every_text_and_every_other_record(review: Review, release: Release):
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    create_comment(
        caller=caller_of(review.people["reviewer"]),
        project_id=review.project.id,
        version=1,
        target_field="prompt_text",
        text="Really?",
    )
    review.save("# Role\nSomething else.\n")
    held = review.writer.take("files/open.md")

    files = files_in(project_bundle(review))

    assert wrong_with(files) is None
    texts = {line["text"] for line in lines_of(files["texts.jsonl"])}
    assert {"# Role\nBe exact.\n", "# Role\nSomething else.\n", '{"a": 1}\n'} <= texts
    assert [line["text"] for line in lines_of(files["comments.jsonl"])] == ["Really?"]
    assert [line["name"] for line in lines_of(files["releases.jsonl"])] == ["1.0.0"]
    assert len(lines_of(files["signatures.jsonl"])) == 3
    still_open = [line for line in lines_of(files["leases.jsonl"]) if line["end_reason"] is None]
    assert held.token in {line["token"] for line in still_open}


def test_a_project_without_a_version_has_a_bundle(make_user, tmp_path: Path):
    project = create_project(caller=caller_of(make_user("owner")), name="Näher: am Werk")
    path = tmp_path / "bundle.zip"

    call_command("inspection_bundle", str(project.id), str(path))

    assert wrong_with(files_in(path.read_bytes())) is None


def test_c12_c20_the_report_shows_signatures_and_whether_the_record_changed(review: Review, release: Release):
    page = files_in(release_bundle(release))["report.html"].decode()

    signer = f"Reviewer ({review.people['reviewer'].username})"
    for shown in (signer, "reviewed", "Read against v1 of the protocol"):
        assert f"<td>{shown}</td>" in page
    assert "Changes since first entry" in page
    assert "<td>files/data/limits.json</td><td>no</td>" in page
    assert "http" not in page
    assert "<script" not in page


def test_the_report_follows_a_renamed_file_to_its_first_entry(review: Review):
    review.save("# Role\n", **{"files/old.md": {"content": "one\n"}})
    review.save("# Role\n", **{"files/old.md": {"content": "two\n"}})
    review.writer.give_back("files/old.md")
    project: dict[str, Any] = {"caller": caller_of(review.people["editor"]), "project_id": review.project.id}
    review.writer.give_back()
    newest = review.project.drafts.count()
    change_files(**project, session_id=None, base_version=newest, renames={"files/new.md": "files/old.md"})
    changes = {"files/old.md": {"content": "another\n"}}
    change_files(**project, session_id=None, base_version=newest + 1, changes=changes)

    files = files_in(release_bundle(review.release()))

    page = files["report.html"].decode()
    assert f"<td>files/new.md</td><td>yes, 2 times</td><td>v{newest - 1}," in page
    assert f"<td>files/old.md</td><td>no</td><td>v{newest + 2}," in page
    assert wrong_with(files) is None


def test_the_report_shows_texts_as_texts(review: Review):
    review.require(signatures={"approved": 1}, distinct_people=1)
    release = review.submit("<b>1</b>")
    review.sign(release, "approved", "owner", comment="<script>alert(1)</script>")

    page = files_in(release_bundle(release))["report.html"].decode()

    assert "<script>alert" not in page
    assert "&lt;b&gt;1&lt;/b&gt;" in page


def test_a_stamped_checkpoint_comes_with_its_stamp_which_openssl_checks(
    review: Review, release: Release, settings, tmp_path: Path
):
    authority = Authority()
    settings.FOUNDRY_OUTBOUND_HOSTS = frozenset({"127.0.0.1"})
    settings.FOUNDRY_TIMESTAMP_ROOTS = str(tmp_path / "roots.pem")
    Path(settings.FOUNDRY_TIMESTAMP_ROOTS).write_bytes(authority.root_pem)
    with authority.serving() as settings.FOUNDRY_TIMESTAMP_URL:
        stamp_checkpoints(caller=foundry_caller())

    files = files_in(release_bundle(release))

    assert wrong_with(files) is None
    answer = decode_timestamp_response(files["checkpoint/timestamp.tsr"])
    assert answer.tst_info.message_imprint.message == hashlib.sha256(files["checkpoint/statement.json"]).digest()
    assert "NOT CHECKED HERE: who stamped the checkpoint" in "\n".join(said_of(files))
    for name in ("statement.json", "timestamp.tsr"):
        (tmp_path / name).write_bytes(files[f"checkpoint/{name}"])
    command = ["openssl", "ts", "-verify", "-data", "statement.json", "-in", "timestamp.tsr", "-CAfile", "roots.pem"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_bundle_without_a_stamp_says_so(release: Release):
    assert "no outside authority has stamped the checkpoint" in said_of(files_in(release_bundle(release)))


def test_no_name_can_say_something_beside_the_verdict(review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A name from before names were held to one line."""
    forged = "1.0.0: released, v1\n  approved by Alice, 2026-01-01T00:00:00.000000Z\x1b[2J\u202e"
    monkeypatch.setattr("publishing.services.submitting.check_name", lambda value, **_: value)
    release = review.release(forged)
    folder = unpacked(release_bundle(release), tmp_path)

    status, said = run(folder / "verify.py")

    assert status == 0
    assert not any(line.strip().startswith("approved by Alice") for line in said.splitlines())
    assert "⟨U+000A⟩  approved by Alice" in said
    assert all(line.isprintable() for line in said.splitlines())
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "\x1b" not in report
    assert "\u202e" not in report
