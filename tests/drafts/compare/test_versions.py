"""Two versions of a project compared: fields, files, one line that says it all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blobs.models import Blob, sha256_of
from drafts.compare.budget import Budget
from drafts.compare.comparison import Comparison
from drafts.compare.documents import DocumentDifference
from drafts.compare.renames import renamed_files
from drafts.compare.text import Row, TextDifference, compare_texts
from drafts.compare.versions import compare_drafts
from drafts.models import Draft, FieldContent
from kernel.errors import NotFound, ValidationFailed
from projects.fields import CONFIGURATION, FILES, PROMPT
from rest.renderers import JSONRenderer

pytestmark = pytest.mark.django_db

CORPUS = "".join(f'{{"case": {number}, "expected": "grade {number % 5}"}}\n' for number in range(20))


def keep(text: str) -> Blob:
    data = text.encode()
    return Blob.objects.get_or_create(sha256=sha256_of(data), defaults={"size": len(data), "data": data})[0]


def version(prompt: str | None = None, configuration: str | None = None, **files: tuple[str, str | None]) -> Draft:
    """A version that is not saved: comparing reads contents only. File names spell a dot as `__`."""
    held = {
        name.replace("__", "."): {"sha256": keep(text).sha256, "media_type": "", "language": language, "size": 0}
        for name, (text, language) in files.items()
    }
    return Draft(
        prompt=None if prompt is None else keep(prompt),
        configuration=None if configuration is None else keep(configuration),
        files=held,
    )


def version_of(*texts: str) -> Draft:
    """A version with these texts as files."""
    return version(**{f"f{number}__txt": (text, None) for number, text in enumerate(texts)})  # type: ignore[arg-type]


def outcomes(comparison: Comparison) -> list[tuple[str, str]]:
    return [(each.field, each.change) for each in comparison.fields]


def test_it_reads_all_texts_in_one_query_and_the_renames_in_another(django_assert_num_queries: Any) -> None:
    base = version(
        "Be kind to all.\n", '{"temperature": 0.7}', notes__md=("one\n", "markdown"), a__jsonl=(CORPUS, "jsonl")
    )
    target = version(
        "Be kind, and brief.\n", '{ "temperature": 0.2 }', notes__md=("one\n", "markdown"), b__jsonl=(CORPUS, "jsonl")
    )
    with django_assert_num_queries(2):
        comparison = compare_drafts(base, target)
    assert comparison.summary == "Prompt +2 −2 words, temperature 0.7 → 0.2, 1 file renamed"
    assert comparison.unchanged == ("files/notes.md",)
    assert not comparison.coarse


def test_its_data_has_the_shape_of_the_protocol() -> None:
    base = version("Answer in 24 words.", '{"n": 1}', old__md=(CORPUS, "markdown"))
    target = version("Answer in 12 words.", '{"n": 1, "stop": ["END"]}', new__txt=(CORPUS, None))
    data = compare_drafts(base, target).as_data()
    prompt, configuration, file = data.pop("fields")
    assert data == {
        "summary": "Prompt +1 −1 words, stop added, 1 file renamed",
        "coarse": False,
        "counts": {"fields": 3, "unchanged": 0},
    }
    row = {"old": None, "new": None, "missing_newline": True, "partner": 1, "marks": [[10, 12]]}
    assert prompt == {
        "field": "prompt_text",
        "kind": "text",
        "change": "changed",
        "same_values": False,
        "hunks": [
            {
                "old_start": 1,
                "old_count": 1,
                "new_start": 1,
                "new_count": 1,
                "lines": [
                    row | {"op": "removed", "old": 1, "text": "Answer in 24 words."},
                    row | {"op": "added", "new": 1, "text": "Answer in 12 words."},
                ],
            }
        ],
        "next": None,
        "moves": [],
        "counts": {
            "lines_added": 1,
            "lines_removed": 1,
            "lines_moved": 0,
            "words_added": 1,
            "words_removed": 1,
            "places": 1,
        },
        "coarse": False,
    }
    assert configuration["changes"] == [{"op": "added", "path": ["stop"], "old": None, "new": ["END"]}]
    assert (file["field"], file["from"], file["change"]) == ("files/new.txt", "files/old.md", "renamed")
    assert (file["hunks"], file["language"]) == ([], {"old": "markdown", "new": None})


def test_the_first_version_is_all_added() -> None:
    comparison = compare_drafts(None, version("One two.\n", '{"n": 1, "m": 2}', a__md=("x\n", "markdown")))
    assert outcomes(comparison) == [(PROMPT, "added"), (CONFIGURATION, "added"), ("files/a.md", "added")]
    assert comparison.summary == "Prompt +2 words, Model configuration added, 1 file added"


def test_a_configuration_only_spelled_differently_is_told_with_its_text() -> None:
    comparison = compare_drafts(version("a", '{"a": 1e2, "b": 1}'), version("a", '{"b": 1,\n "a": 100}'))
    assert comparison.summary == "Model configuration: same values, formatted differently"
    assert comparison.unchanged == (PROMPT,)
    (told,) = comparison.as_data()["fields"]
    assert (told["kind"], told["change"], told["same_values"]) == ("text", "changed", True)
    assert [line["text"] for line in told["hunks"][0]["lines"]] == ['{"a": 1e2, "b": 1}', '{"b": 1,', ' "a": 100}']


def test_digits_that_a_double_drops_are_a_difference() -> None:
    base = version(None, '{"seed": 12345678901234567890.0, "n": 1}')
    target = version(None, '{"n": 1, "seed": 12345678901234567891.0}')
    comparison = compare_drafts(base, target)
    (told,) = comparison.as_data()["fields"]
    assert (told["kind"], told["same_values"], told["counts"]["changed"]) == ("json", False, 1)
    answer = JSONRenderer().render(told["changes"]).decode()
    assert '"old":12345678901234567890.0,"new":12345678901234567891.0' in answer
    assert comparison.summary == "seed 12345678901234567890.0 → 12345678901234567891.0"


def test_the_same_bytes_are_no_difference() -> None:
    comparison = compare_drafts(version("a", '{"a": 1e2}'), version("a", '{"a": 1e2}'))
    assert (comparison.fields, comparison.summary) == ((), "No difference")
    assert comparison.unchanged == (PROMPT, CONFIGURATION)


def test_every_difference_of_the_content_hash_is_a_difference() -> None:
    """An imported file may say another media type over the same bytes, in the same language."""
    base, target = version(a__md=("x\n", "markdown")), version(a__md=("x\n", "markdown"))
    target.files["a.md"]["media_type"] = "text/x-web-markdown"
    comparison = compare_drafts(base, target)
    assert comparison.unchanged == ()
    (told,) = comparison.as_data()["fields"]
    assert told["media_type"] == {"old": "", "new": "text/x-web-markdown"}


def test_a_configuration_that_does_not_parse_is_compared_as_text() -> None:
    (field,) = compare_drafts(version(None, '{"a": 1}\n'), version(None, '{"a": 1,}\n')).fields
    assert field.kind == "text"
    assert compare_drafts(version(None, '{"a": NaN}\n'), version(None, "{}\n")).summary == (
        "Model configuration +1 −1 lines"
    )


def test_files_come_go_change_their_name_and_their_language() -> None:
    edited = CORPUS.replace("grade 3", "grade 2", 1)
    base = version(a__jsonl=(CORPUS, "jsonl"), gone__md=("gone\n", "markdown"), c__yaml=("a: 1\n", "yaml"))
    target = version(b__jsonl=(edited, "jsonl"), new__md=("entirely other\n", "markdown"), c__yaml=("a: 1\n", "json"))
    comparison = compare_drafts(base, target)
    assert outcomes(comparison) == [
        ("files/b.jsonl", "renamed"),
        ("files/c.yaml", "changed"),
        ("files/gone.md", "removed"),
        ("files/new.md", "added"),
    ]
    assert comparison.fields[0].source == "files/a.jsonl"
    assert comparison.fields[1].languages == ("yaml", "json")
    assert comparison.summary == "c.yaml yaml → json, 1 file added, 1 file removed, 1 file renamed"


def test_many_values_and_many_files_are_counted() -> None:
    base = version(None, '{"a": 1, "b": 2, "c": 3}', **dict.fromkeys("xyz", ("1\n", None)))
    target = version(None, '{"a": 2, "b": 3, "c": 4}', **dict.fromkeys("xyz", ("2\n", None)))
    assert compare_drafts(base, target).summary == "Model configuration 3 values, 3 files changed"


def test_one_field_is_told_alone_and_a_renamed_file_by_either_name() -> None:
    base = version("a\n", a__jsonl=(CORPUS, "jsonl"))
    target = version("b\n", b__jsonl=(CORPUS, "jsonl"))
    assert outcomes(compare_drafts(base, target, PROMPT)) == [(PROMPT, "changed")]
    for name in ("files/a.jsonl", "files/b.jsonl"):
        assert outcomes(compare_drafts(base, target, name)) == [("files/b.jsonl", "renamed")]
    assert compare_drafts(base, base, PROMPT).unchanged == (PROMPT,)


def test_a_field_that_neither_has_is_not_found() -> None:
    with pytest.raises(NotFound):
        compare_drafts(version("a"), version("b"), "files/none.md")
    with pytest.raises(ValidationFailed):
        compare_drafts(version("a"), version("b"), "files/../none.md")


def test_of_two_equal_files_the_one_with_the_same_last_name_is_the_renamed_one() -> None:
    found = renamed_files(
        {"files/old/b.md": "1", "files/old/a.md": "1"}, {"files/new/b.md": "1"}, {"1": "text"}.__getitem__, Budget()
    )
    assert found == {"files/new/b.md": "files/old/b.md"}


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("12345"), max_size=6), st.data())
def test_each_file_is_renamed_once_at_most(removed: dict[str, str], data: st.DataObject) -> None:
    added = data.draw(st.dictionaries(st.sampled_from("uvwxyz"), st.sampled_from("12345"), max_size=6))
    found = renamed_files(removed, added, lambda digest: f"line one\nline two {digest}\n", Budget())
    assert set(found) <= set(added)
    assert set(found.values()) <= set(removed)
    assert len(set(found.values())) == len(found)


def test_field_contents_compare_by_what_they_hold() -> None:
    assert FILES + "a" in version(a=("x", None)).fields
    assert version(a=("x", None)).fields[FILES + "a"] == FieldContent(sha256_of(b"x"), "", None)


def test_a_large_answer_is_told_in_parts() -> None:
    old, new = (f"{letter}\n" * 30_000 for letter in "ab")
    whole = list(compare_texts(old, new, budget=Budget(rows=100_000)).hunks[0].rows)
    rows: list[Row] = []
    after: int | None = 0
    while after is not None:
        (field,) = compare_drafts(version(old), version(new), PROMPT, after=after).fields
        assert isinstance(field.difference, TextDifference)
        told = [row for hunk in field.difference.hunks for row in hunk.rows]
        assert 0 < len(told) <= 20_000
        rows += told
        after = field.difference.next
    assert rows == whole


def test_all_fields_together_tell_no_more_than_one() -> None:
    base, target = (version_of(*(f"{letter}\n" * 6_000 for _ in range(4))) for letter in "ab")
    told = compare_drafts(base, target).as_data()["fields"]
    assert sum(len(hunk["lines"]) for each in told for hunk in each["hunks"]) == 20_000
    assert [each["next"] for each in told] == [None, 8_000, 0, 0]


def test_a_configuration_of_many_values_is_told_in_parts() -> None:
    old, new = (json.dumps({f"k{number:05d}": letter for number in range(25_000)}) for letter in "ab")
    (field,) = compare_drafts(version(None, old), version(None, new), CONFIGURATION, after=20_000).fields
    assert isinstance(field.difference, DocumentDifference)
    assert (len(field.difference.changes), field.difference.next) == (5_000, None)
    assert field.difference.counts.changed == 25_000


def test_texts_beyond_what_is_read_at_once_are_told_to_have_changed() -> None:
    base, target = (version_of(*(f"{letter}{number}\n" for number in range(3))) for letter in "ab")
    for facts in (*base.files.values(), *target.files.values()):
        facts["size"] = 6 * 1024 * 1024
    told = compare_drafts(base, target).as_data()["fields"]
    assert [(len(each["hunks"]), each["next"]) for each in told] == [(1, None), (0, 0), (0, 0)]
