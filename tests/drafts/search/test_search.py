"""What was ever written is found, with the newest version that has it and its line."""

from __future__ import annotations

import string
from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from drafts.comments.models import Comment
from drafts.comments.services import answer_comment, create_comment, withdraw_comment
from drafts.models import Draft
from drafts.search import reading
from drafts.search.folding import fold_with_places
from drafts.search.models import Passage, Stay
from drafts.search.reading import search
from drafts.search.words import words_of
from drafts.services import revert_draft, undo_draft
from kernel.errors import ValidationFailed
from tests.drafts.conftest import Save
from workspace.highlighting import marked

pytestmark = pytest.mark.django_db


def hits(project, text: str, field: str = "prompt_text") -> list[tuple[int, int, str, bool]]:
    found = search(project_id=project.id, text=text).fields
    return [
        (hit.version, hit.line, hit.text, hit.is_current) for each in found if each.field == field for hit in each.hits
    ]


def test_a_line_is_found_where_it_stands_now(project, save: Save):
    save("# Dosing\nNever more than 5 mg.\n")
    save("# Role\n\n# Dosing\nNever more than 5 mg.\n")

    assert hits(project, "never mg") == [(2, 4, "Never more than 5 mg.", True)]


def test_a_line_that_is_gone_is_found_in_its_newest_version(project, save: Save):
    for text in ("one\nNever more than 5 mg.", "two\ntwo\nNever more than 5 mg.", "three", "four"):
        save(text)

    assert hits(project, "never") == [(2, 3, "Never more than 5 mg.", False)]


def test_a_line_that_came_back_is_found_once(project, save: Save, editor, caller_for):
    save("alpha")
    save("beta")
    revert_draft(caller=caller_for(editor), project_id=project.id, version=1, reason="Better")

    found = search(project_id=project.id, text="alpha").fields[0]

    assert (found.count, found.hits[0].since, found.hits[0].version) == (1, 3, 3)
    assert hits(project, "beta") == [(2, 1, "beta", False)]


def test_an_undo_moves_the_index_along(project, save: Save, editor, caller_for):
    save("alpha")
    save("beta")
    undo_draft(caller=caller_for(editor), project_id=project.id)

    assert hits(project, "alpha") == [(3, 1, "alpha", True)]


def test_every_field_is_searched_the_prompt_first(project, save: Save):
    save('{"temperature": 0.7}', "model_configuration")
    save("temperature: low\n", "files/b.yaml")
    save("a\ntemperature\n", "files/a.md")
    save("The temperature stays low.")

    found = search(project_id=project.id, text="TEMPERATURE").fields

    assert [(each.field, each.hits[0].version, each.hits[0].line) for each in found] == [
        ("prompt_text", 4, 1),
        ("model_configuration", 4, 1),
        ("files/a.md", 4, 2),
        ("files/b.yaml", 4, 1),
    ]


def test_a_removed_file_is_found_in_the_version_before(project, save: Save):
    save("rare words", "files/a.md")
    save(None, "files/a.md")

    assert hits(project, "rare", "files/a.md") == [(1, 1, "rare words", False)]


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("max", True),
        ("max_tokens", True),
        ("tok", True),
        ("yaml topo", True),
        ("0.7", True),
        ("70", False),
        ("Ärzt", True),
        ("ÄRZTE", True),
        ("okens", False),
        ("max missing", False),
        ("'max' & (tokens | !", True),
        ("\\'", None),
        (":* ! & |", None),
    ],
)
def test_words_are_parted_by_punctuation_and_may_go_on(project, save: Save, text: str, is_found: bool | None):
    save("max_tokens: 0.7 in files/topology.yaml for Ärzte")

    if is_found is None:
        with pytest.raises(ValidationFailed) as refusal:
            search(project_id=project.id, text=text)
        assert list(refusal.value.errors) == ["q"]
    else:
        assert bool(hits(project, text)) is is_found


@pytest.mark.parametrize("text", ["", " ", "x" * 201, "a\x00", "a\ud800"])
def test_it_refuses_what_is_no_question(project, text: str):
    with pytest.raises(ValidationFailed):
        search(project_id=project.id, text=text)


def test_punctuation_parts_words_in_the_index_and_in_a_question(project, save: Save):
    for sign in string.punctuation:
        assert words_of(f"left{sign}right") == ["left", "right"]
    save("files/a.yaml, model.temperature\n")
    assert len(hits(project, "temperature")) == len(hits(project, "a.yaml")) == 1


def test_another_projects_texts_are_not_found(project, make_project, save: Save):
    save("secret words")

    assert search(project_id=make_project("Another").id, text="secret").fields == []


def test_comments_are_found_with_the_place_of_their_thread(project, save: Save, reviewer, caller_for):
    save("one\ntwo")
    caller = caller_for(reviewer)
    anchor = {"from_line": 2, "to_line": 2}
    place = {"project_id": project.id, "version": 1, "target_field": "prompt_text"}
    thread = create_comment(caller=caller, text="Which protocol?", anchor=anchor, **place)
    reply = answer_comment(caller=caller, comment_id=thread.id, text="The protocol of March.")
    withdrawn = answer_comment(caller=caller, comment_id=thread.id, text="No protocol.")
    withdraw_comment(caller=caller, comment_id=withdrawn.id)

    found: list[Comment] = search(project_id=project.id, text="proto").comments

    assert [each.id for each in found] == [reply.id, thread.id]


def test_what_is_shown_is_bounded_and_says_so(project, save: Save, monkeypatch):
    monkeypatch.setattr(reading, "MAX_HITS", 12)
    save("\n".join(f"word {number}" for number in range(30)))
    save("\n".join(f"word {number}" for number in range(15)), "files/a.md")

    found = search(project_id=project.id, text="word")

    assert [(each.field, each.count, len(each.hits)) for each in found.fields] == [
        ("prompt_text", 30, 6),
        ("files/a.md", 15, 6),
    ]
    assert found.more


def test_a_small_change_adds_a_small_row(project, save: Save):
    lines = [f"This is line {number} of a long text." for number in range(500)]
    save("\n".join(lines))
    before = Passage.objects.count()
    lines[250] += "!"
    save("\n".join(lines))

    assert Passage.objects.count() == before + 1


def test_the_index_says_what_every_version_holds(project, save: Save):
    texts = ["a\nb\nc", "b\nc\nd", "", "a\nd", "d\na\nx"]
    for text in texts:
        save(text)

    words = dict(Passage.objects.filter(project=project).values_list("digest", "text"))
    for draft in Draft.objects.filter(project=project):
        version = draft.version_number
        begun = Stay.objects.filter(project=project, since_version__lte=version)
        there = begun.filter(Q(until_version__isnull=True) | Q(until_version__gt=version))
        held = {words[digest] for digest in there.values_list("digest", flat=True)}
        assert held == set(texts[version - 1].split("\n")) - {""}


def test_the_number_of_queries_does_not_grow(project, save: Save, django_assert_num_queries):
    for number in range(6):
        save(f"word {number}")
        save(f"word {number}", f"files/{number}.md")

    with django_assert_num_queries(5):
        assert len(search(project_id=project.id, text="word").fields) == 7


def test_versions_from_before_the_index_are_indexed_alike(project, save: Save):
    for text in ("a\nb", "b\nc", "b"):
        save(text)
    save("d", "files/a.md")
    save(None, "files/a.md")

    def index() -> tuple[set[tuple[object, ...]], set[str]]:
        stays = Stay.objects.values_list("field", "digest", "since_version", "until_version")
        return {(field, bytes(digest), *rest) for field, digest, *rest in stays}, set(
            Passage.objects.values_list("text", flat=True)
        )

    kept = index()
    Stay.objects.all().delete()
    Passage.objects.all().delete()

    import_module("drafts.migrations.0011_words_in_every_script").index_all(apps, None)

    assert index() == kept


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("用量は一日五ミリグラムを超えないこと。", "ミリグラム"),
        ("用量は一日五ミリグラムを超えないこと。", "超えない"),
        ("用量は一日五ミリグラムを超えないこと。", "五"),
        ("每天剂量不得超过五毫克", "剂量"),
        ("每天剂量不得超过五毫克", "毫克"),
        ("ห้ามให้ยาเกินวันละห้ามิลลิกรัม", "มิลลิกรัม"),
        ("투여량은하루에오밀리그램", "밀리그램"),
        ("GPT模型的温度", "gpt 温度"),
        ("ﾐﾘｸﾞﾗﾑ", "ミリグラム"),
        ("le cafe\u0301 noir", "caf\u00e9"),
        ("le caf\u00e9 noir", "cafe\u0301"),
        ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"),
        ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
        ("Die STRASSE", "straße"),
        ("Be con\u00adcise", "concise"),
        ("ﬁnal dose", "final"),
        ("हिन्दी में", "हिन्दी"),
    ],
)
def test_words_are_found_in_every_script_and_spelling(project, save: Save, reviewer, caller_for, text, question):
    save(f"first\n{text}\n")
    create_comment(caller=caller_for(reviewer), project_id=project.id, version=1, target_field="prompt_text", text=text)

    assert hits(project, question) == [(1, 2, text, True)]
    assert [each.text for each in search(project_id=project.id, text=question).comments] == [text]
    assert any(is_marked for _, is_marked in marked(text, question))


@pytest.mark.parametrize(("text", "question"), [("毫无 克服", "毫克"), ("日本 本語", "日本語"), ("五十毫克", "五毫克")])
def test_characters_that_stand_apart_are_no_word(project, save: Save, text, question):
    save(text)
    assert hits(project, question) == []


@pytest.mark.parametrize(
    ("text", "question", "places"),
    [
        ("le cafe\u0301 noir", "CAF\u00c9", ["cafe\u0301"]),
        ("Die STRASSE und die Straße", "straße", ["STRASSE", "Straße"]),
        ("用量は五mgです", "五", ["五"]),
        ("ﬁnal İstanbul five", "fi", ["ﬁ", "fi"]),
        ("Never more", "or", []),
    ],
)
def test_what_was_found_is_marked_in_the_text_as_it_is(text, question, places):
    pieces = list(marked(text, question))
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, is_marked in pieces if is_marked] == places


@given(st.text())
def test_folding_letter_by_letter_is_folding(text):
    folded = fold_with_places(text)
    assert len(folded.starts) == len(folded.ends) == len(folded.text)
    assert all(0 <= start < end <= len(text) for start, end in zip(folded.starts, folded.ends, strict=True))
