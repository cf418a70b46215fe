"""A project file that was changed or made up is refused, and nothing of it is saved."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blobs.models import Blob
from drafts.exchange.importing import import_project
from kernel.errors import Conflict, ValidationFailed
from projects.models import Project
from tests.drafts.exchange.project_files import Line, refused, rows_of, sealed, verify
from tests.exploring import examples


def test_a_file_that_changes_while_it_is_read_leaves_nothing(exported, outsider, caller_for, make_project):
    class Changing(io.BytesIO):
        def seek(self, *args: int) -> int:
            self.getbuffer()[:] = exported.replace(b'"exported_at":"20', b'"exported_at":"19')
            return super().seek(*args)

    with pytest.raises(Conflict, match="changed while it was read"):
        import_project(caller=caller_for(outsider), file=Changing(exported))

    assert not Project.objects.filter(created_by=outsider).exists()


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_flipped_bit_in_any_line_is_found(exported, data):
    lines = exported.splitlines(keepends=True)
    number = data.draw(st.integers(0, len(lines) - 1))
    at = sum(map(len, lines[:number])) + data.draw(st.integers(0, len(lines[number]) - 1))
    broken = bytearray(exported)
    broken[at] ^= 1 << data.draw(st.integers(0, 7))

    with pytest.raises(ValidationFailed):
        verify(bytes(broken))


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_line_that_is_missing_doubled_or_moved_is_found_even_with_a_fitting_last_line(exported, data):
    rows = rows_of(exported)
    kept = [row for row in rows if row["type"] in {"draft", "event", "member"}]
    at = rows.index(kept[data.draw(st.integers(0, len(kept) - 1))])
    row = rows[at]
    how = data.draw(st.sampled_from(["missing", "doubled", "moved"]))
    if how == "missing":
        del rows[at]
    elif how == "doubled":
        rows.insert(at, row)
    else:
        rows.append(rows.pop(at)) if row["type"] != "member" else rows.insert(0, rows.pop(at))

    with pytest.raises(ValidationFailed):
        verify(sealed(rows))


def _change(kind: str, change: Callable[[Line], None], number: int = 0) -> Callable[[list[Line]], None]:
    def forge(rows: list[Line]) -> None:
        change([row for row in rows if row["type"] == kind][number])

    return forge


LONG_AGO = "2001-01-01T00:00:00Z"


FORGERIES: dict[str, tuple[Callable[[list[Line]], None], str]] = {
    "a content": (_change("blob", lambda row: row.update(text=row["text"] + "x")), "content was changed"),
    "a draft's author": (_change("draft", lambda row: row["author"].update(id=str(uuid4()))), "its event says: author"),
    "a draft's time": (
        _change("draft", lambda row: row.update(created_at="2001-01-01T00:00:00Z")),
        "its event says: at",
    ),
    "a draft's message": (_change("draft", lambda row: row.update(message="Other")), "its event says: message"),
    "a draft's hash": (_change("draft", lambda row: row.update(content_hash="0" * 64)), "content hash does not fit"),
    "a draft's field": (_change("draft", lambda row: row["fields"].pop("prompt_text")), "content hash does not fit"),
    "a path": (
        _change("draft", lambda row: row["fields"].update({"files/../x": row["fields"]["files/a.yaml"]})),
        "must not contain",
    ),
    "an event's time": (_change("event", lambda row: row.update(at=LONG_AGO), 3), "hash does not fit"),
    "an event's text": (
        _change("event", lambda row: row.update(canonical=row["canonical"].replace('"via":"api"', '"via":"job"')), 2),
        "hash does not fit",
    ),
    "a lease's holder": (_change("lease", lambda row: row["user"].update(id=str(uuid4()))), "is not what event"),
    "a member's role": (_change("member", lambda row: row.update(role="owner"), 1), "do not make"),
    "the head": (_change("header", lambda row: row["chain"].update(seq=1)), "The chain ends at"),
    "the format": (_change("header", lambda row: row.update(format="other/9")), "this Foundry reads"),
    "a member of a line": (_change("member", lambda row: row.update(more=1)), "unknown field"),
    "the tail of the chain": (
        lambda rows: rows.remove([row for row in rows if row["type"] == "event"][-1]),
        "The chain ends at",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_a_fitting_last_line_is_found_and_named(exported, name):
    forge, words = FORGERIES[name]
    rows = rows_of(exported)
    forge(rows)

    message = refused(sealed(rows))

    assert words in message
    assert message.startswith("line ")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "some of it is missing"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "Not"),
        (b"[" * 10_000 + b"]" * 10_000 + b"\n", "nested more than"),
        (b'{"type":"header","x":NaN}\n', "NaN"),
        (b'{"type":"header","x":"\\ud800"}\n', "surrogate"),
        (b'{"type":"header","x":"\\u0000"}\n', "NUL"),
        (b'{"type":"blob","x":"' + b"x" * 5_000_000 + b'"}\n', "Not a blob line"),
        (b'{"type":"blob","x":"' + b"x" * 9_000_000 + b'"}\n', "Longer than"),
        (b'{"type": "header"}\n', "RFC 8785"),
        (b'{"type":"header"}', "middle of a line"),
        (b"\n", "Invalid JSON"),
        (b"7\n", "Not an object"),
        (b'{"type":"member","user":1}\n', "Not a member line"),
        (b'{"type":"surprise"}\n', "cannot be here"),
    ],
)
def test_anything_else_is_refused_and_nothing_is_saved(committed_db, outsider, caller_for, data, words):
    with pytest.raises(ValidationFailed, match=words):
        import_project(caller=caller_for(outsider), file=io.BytesIO(data))

    assert not Project.objects.filter(created_by=outsider).exists()


def test_a_text_over_1_mib_is_refused(exported):
    rows = rows_of(exported)
    text = "x" * 5_000_000
    rows.insert(
        1, {"type": "blob", "sha256": hashlib.sha256(text.encode()).hexdigest(), "size": len(text), "text": text}
    )

    assert "at most 1048576 bytes" in refused(sealed(rows))


def test_contents_that_no_version_holds_are_not_stored(exported, outsider, caller_for):
    rows = rows_of(exported)
    text = f"smuggled {uuid4()}"
    digest = hashlib.sha256(text.encode()).hexdigest()
    rows.insert(1, {"type": "blob", "sha256": digest, "size": len(text), "text": text})

    import_project(caller=caller_for(outsider), file=io.BytesIO(sealed(rows)))

    assert not Blob.objects.filter(pk=digest).exists()
