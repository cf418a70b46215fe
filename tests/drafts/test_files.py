"""Files are fields: saved, renamed and removed under their locks, on paths that are safe on every machine."""

from __future__ import annotations

import pytest

from audit.models import Event
from blobs.models import Blob, sha256_of
from drafts.models import Draft
from drafts.reading import body
from kernel.errors import LockNotHeld, PayloadTooLarge, ValidationFailed
from locking.models import WorkingCopy
from tests.writers import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(project, editor, caller_for) -> Writer:
    return Writer(caller_for(editor), project)


def save(writer: Writer, changes: dict[str, object], base: int | None = None) -> Draft:
    """Save under locks taken for the moment, on the current version."""
    locks = [writer.take(name) for name in changes]
    current = Draft.objects.of_project(writer.project.id).first()
    return writer.save(changes, *locks, base=current.version_number if base is None and current else base or 0)


def file(content: str, **facts: object) -> dict[str, object]:
    return {"content": content, **facts}


def test_a_file_is_saved_with_its_language_and_media_type(writer: Writer):
    draft = save(writer, {"files/topology/agents.yaml": file("a: 1\r\n"), "files/notes": file("hello", language=None)})

    assert body(draft)["files"] == {
        "notes": {"sha256": sha256_of(b"hello"), "media_type": "text/plain", "language": None, "size": 5},
        "topology/agents.yaml": {
            "sha256": sha256_of(b"a: 1\r\n"),
            "media_type": "application/yaml",
            "language": "yaml",
            "size": 6,
        },
    }


def test_the_same_content_is_stored_once(writer: Writer):
    text = "only once in the house\n"

    save(writer, {"files/a.md": file(text), "files/b.md": file(text), "prompt_text": text})

    assert Blob.objects.filter(sha256=sha256_of(text.encode())).count() == 1


def test_a_rename_is_one_version_that_removes_and_adds(writer: Writer):
    save(writer, {"files/old.md": file("text")})

    draft = save(writer, {"files/old.md": None, "files/new.md": file("text")})

    assert draft.changed_fields == ["files/new.md", "files/old.md"]
    assert set(draft.fields) == {"files/new.md"}
    recorded = Event.objects.of_project(writer.project.id).filter(action="draft.saved").last()
    assert recorded is not None
    digest = sha256_of(b"text")
    assert recorded.data["fields"] == {
        "files/new.md": {"before": None, "after": digest},
        "files/old.md": {"before": digest, "after": None},
    }


def test_a_rename_in_case_only_is_possible(writer: Writer):
    save(writer, {"files/Readme.md": file("text")})

    draft = save(writer, {"files/Readme.md": None, "files/README.md": file("text")})

    assert set(draft.fields) == {"files/README.md"}


def test_a_rename_needs_both_locks(writer: Writer):
    save(writer, {"files/old.md": file("text")})
    old = writer.take("files/old.md")

    with pytest.raises(LockNotHeld, match=r"files/new\.md"):
        writer.save({"files/old.md": None, "files/new.md": file("text")}, old, base=1)


def test_a_file_that_is_not_there_cannot_be_removed(writer: Writer):
    with pytest.raises(ValidationFailed, match="File not found"):
        save(writer, {"files/ghost.md": None})


@pytest.mark.parametrize(
    "path",
    [
        *("", "/etc/passwd", "../up", "a/../b", "a//b", "a/", "./a", "a\\b", "a\x00b", "a\nb", "a\u200bb", "a\u202eb"),
        *("con", "aux.txt", "COM1.md", ".git/config", "a/.GIT/x", "git~1", "trailing.", " space", "a:b", "e\u0301"),
        *("x" * 256, "é" * 128, "d/" * 520 + "x", "a\ud800"),
    ],
)
def test_an_unsafe_path_is_refused_and_nothing_is_saved(writer: Writer, path: str):
    with pytest.raises(ValidationFailed):
        writer.save({f"files/{path}": file("x")})

    assert not Draft.objects.filter(project=writer.project).exists()


@pytest.mark.parametrize("path", ["x" * 255, "é" * 127, "déjà/vu.md", "a b/c (1).md", ".env", "con1"])
def test_an_unusual_but_safe_path_is_saved(writer: Writer, path: str):
    assert f"files/{path}" in save(writer, {f"files/{path}": file("x")}).fields


@pytest.mark.parametrize("other", ["files/A.MD", "files/a.md/b", "files/a.md/b/c.md"])
def test_paths_that_would_collide_on_a_disk_are_refused(writer: Writer, other: str):
    save(writer, {"files/a.md": file("x")})

    with pytest.raises(ValidationFailed, match=r"only in case|is a file already"):
        save(writer, {other: file("y")})


def test_a_text_of_1_mib_fits_and_a_byte_more_does_not(writer: Writer):
    limit = 1024 * 1024

    assert save(writer, {"files/big.txt": file("x" * limit)}).fields["files/big.txt"].size == limit
    for text in ("x" * (limit + 1), "é" * (limit // 2) + "x", "x" * 5_000_000):
        with pytest.raises(PayloadTooLarge):
            save(writer, {"files/big.txt": file(text)})


def test_500_files_fit_and_one_more_does_not(writer: Writer):
    locks = [writer.take(f"files/{number}.txt") for number in range(501)]
    changes = {lock.field: file("x") for lock in locks[:500]}

    draft = writer.save(changes, *locks[:500])

    assert len(draft.files) == 500
    with pytest.raises(ValidationFailed, match="at most 500 files"):
        writer.save({locks[500].field: file("y")}, locks[500], base=1)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("files/topology.yaml", "a:\n  - b\n c: d\n", "Line 3"),
        ("files/shots.jsonl", '{"q": 1}\n{"q": NaN}\n', "Line 2"),
        ("files/schema.json", "[" * 10_000 + "]" * 10_000, "Line 1, column 101: nested more than 100"),
    ],
)
def test_a_broken_file_is_refused_with_its_line_and_kept_as_working_copy(writer: Writer, name, content, words):
    lock = writer.take(name)

    with pytest.raises(ValidationFailed) as refusal:
        writer.save({name: file(content)}, lock)

    assert words in refusal.value.errors[name][0]
    kept = WorkingCopy.objects.get(pk=str(refusal.value.extra["working_copy"]))
    assert (kept.content, kept.lease_id) == (content, lock.lease_id)
    assert not Draft.objects.filter(project=writer.project).exists()


def test_a_file_that_is_meant_to_be_broken_is_saved_without_a_language(writer: Writer):
    draft = save(writer, {"files/malformed.jsonl": file('{"answer": ', language=None)})

    content = draft.fields["files/malformed.jsonl"]
    assert (content.language, content.media_type) == (None, "text/plain")


def test_one_broken_file_saves_nothing_of_the_others(writer: Writer):
    with pytest.raises(ValidationFailed):
        save(writer, {"files/good.md": file("good"), "files/bad.json": file("{")})

    assert not Draft.objects.filter(project=writer.project).exists()
    assert not Blob.objects.filter(sha256=sha256_of(b"good")).exists()
