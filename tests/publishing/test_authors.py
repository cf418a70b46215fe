"""Four eyes: the authors of a release are all whose text it contains, however that text came into it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from blobs.models import sha256_of
from drafts.content import FieldChange
from drafts.exchange.exporting import export_project
from drafts.exchange.importing import import_project
from drafts.exchange.versions import import_version
from drafts.models import Draft
from drafts.services import revert_draft, undo_draft
from kernel.errors import Conflict
from projects.services import add_member, reopen_project
from publishing.authors import authors_of
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.writers import Writer

FIRST = "# Role\nBe exact.\n"


@pytest.fixture
def second(review: Review, make_user: Callable[..., User]) -> Review:
    """The same project, in which another editor writes."""
    review.writer.give_back()
    user = make_user("second", password=PASSWORD)
    caller = caller_of(review.people["owner"])
    add_member(caller=caller, project_id=review.project.id, user_id=user.id, role="editor")
    review.people["second"] = user
    return Review(review.project, review.people, Writer(caller_of(user), review.project))


def write(review: Review, text: str, **changes: Any) -> None:
    """Save, and give the fields back."""
    review.save(text, **changes)
    for name in ("prompt_text", *changes):
        review.writer.give_back(name)


def ids(review: Review, *names: str) -> list[Any]:
    return sorted(review.people[name].id for name in names)


def newest(review: Review) -> Draft:
    return Draft.objects.of_project(review.project.id)[0]


def release_then_reopen(review: Review) -> None:
    review.release()
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)


def revert(review: Review, version: int, *, by: str) -> None:
    revert_draft(caller=caller_of(review.people[by]), project_id=review.project.id, version=version, reason="Better")


def overwritten_and_released(review: Review, second: Review) -> None:
    """v2 is the second editor's, v3 the first one's, and v3 is released."""
    write(second, "# Role\nBe exact, and brief.\n")
    write(review, "# Role\nBe something else.\n")
    release_then_reopen(review)


def test_c21_who_wrote_a_text_that_was_reverted_to_does_not_approve_it(review: Review, second: Review):
    overwritten_and_released(review, second)
    revert(review, 2, by="editor")

    release = review.submit("2.0.0")

    assert "second" in {name for name, person in review.people.items() if person.id in release.authors}
    with pytest.raises(Conflict, match="An author cannot sign as approver"):
        review.sign(release, "approved", "second")


def test_whose_text_was_changed_after_it_came_back_is_an_author_too(review: Review, second: Review):
    overwritten_and_released(review, second)
    revert(review, 2, by="editor")
    write(review, "# Role\nBe exact, and very brief.\n")

    assert authors_of(newest(review)) == ids(review, "editor", "second")


def test_a_text_that_is_pasted_again_keeps_its_writer(review: Review, second: Review):
    overwritten_and_released(review, second)
    write(review, "# Role\nBe exact, and brief.\n")

    assert authors_of(newest(review)) == ids(review, "editor", "second")


def test_a_file_keeps_its_writer_under_another_name(review: Review, second: Review):
    write(second, "# Role\nBe exact.\n", **{"files/a.txt": {"content": "mine\n"}})
    release_then_reopen(review)
    write(review, "# Role\nMove.\n", **{"files/a.txt": None, "files/b.txt": {"content": "mine\n"}})

    assert authors_of(newest(review)) == ids(review, "editor", "second")


def test_the_writer_of_a_field_that_stayed_as_it_was_is_an_author(review: Review, second: Review):
    release_then_reopen(review)
    write(second, FIRST, model_configuration="{}")

    assert authors_of(newest(review)) == ids(review, "editor", "second")


def test_who_brought_a_text_back_before_the_last_release_did_not_write_it(review: Review, second: Review):
    write(review, "# Role\nBe something else.\n")
    revert(review, 1, by="second")
    release_then_reopen(review)
    write(review, FIRST, model_configuration="{}")

    assert authors_of(newest(review)) == ids(review, "editor")


def test_the_writer_of_what_an_undo_brought_back_is_an_author(review: Review, second: Review):
    write(second, "# Role\nBe exact, and brief.\n")
    write(review, "# Role\nBe something else.\n")
    release_then_reopen(review)
    undo_draft(caller=caller_of(review.people["editor"]), project_id=review.project.id)

    assert authors_of(newest(review)) == ids(review, "editor", "second")


def test_what_a_release_covered_is_no_longer_counted_once_it_is_changed(review: Review, second: Review):
    release_then_reopen(review)
    write(second, "# Role\nBe exact, and brief.\n")

    assert authors_of(newest(review)) == ids(review, "second")


def test_whoever_imports_a_project_its_writers_stay_authors(committed_db: None, make_review: Callable[[], Review]):
    review = make_review()
    file = io.BytesIO(b"".join(export_project(project_id=review.project.id)))
    caller = caller_of(review.people["owner"])
    project = import_project(caller=caller, file=file)
    again = io.BytesIO(b"".join(export_project(project_id=project.id)))
    project = import_project(caller=caller, file=again, name="Imported twice")

    assert authors_of(Draft.objects.of_project(project.id)[0]) == ids(review, "editor", "owner")


def test_the_author_of_an_imported_commit_is_known_by_their_address(review: Review, make_user: Callable[..., User]):
    writer = make_user("writer", email="Mara.Lindt@example.org")
    review.writer.give_back()
    text = "# Role\nFrom a repository.\n"
    before = newest(review).sha256_of("prompt_text")

    draft = import_version(
        caller=caller_of(review.people["editor"]),
        project_id=review.project.id,
        changes={"prompt_text": FieldChange("prompt_text", text, "text/markdown", "markdown")},
        base={"prompt_text": before},
        message="From there",
        facts={"source": "git", "author": {"name": "M", "email": "mara.lindt@EXAMPLE.org"}},
    )

    assert draft.sha256_of("prompt_text") == sha256_of(text.encode())
    assert authors_of(draft) == sorted([review.people["editor"].id, writer.id])
