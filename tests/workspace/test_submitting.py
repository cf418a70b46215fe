"""Submitting a version for release: who must sign, what changed, whose work it is and whose it ends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from drafts.models import Draft
from projects.services import add_member, reopen_project
from tests.publishing.reviews import Review, caller_of
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.workspace.release_pages import address
from tests.writers import Writer
from workspace.releases.changes import MAX_UNCHANGED

pytestmark = pytest.mark.django_db


def test_submitting_shows_who_must_sign_and_keeps_a_name_that_is_taken(browser: Browser, review: Review):
    review.release("1.0.0")
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    review.save("# Role\nBe very exact.\n")
    client = browser(review.people["editor"])
    page = client.get(address(review, "submit_release"))
    assert elements(page, "input", id="release-name")[0].attributes["value"] == "1.0.1"
    assert [words(each) for each in elements(page, "li", class_="change-row")] == [
        "Prompt +1 −1 1 place: Role Compare Prompt"
    ]
    taken = client.post(address(review, "submit_release"), {"name": "1.0.0", "version": "2"})
    assert taken.status_code == 409
    assert elements(taken, "input", id="release-name")[0].attributes["value"] == "1.0.0"
    other = client.post(
        address(review, "submit_release"), {"name": "1.0.1", "suggested": "1.0.1", "version": "1", "show": "1"}
    )
    assert other.status_code == 200
    assert "Submit v1 for review" in other.content.decode()


def test_many_fields_that_did_not_change_are_one_line_that_opens(browser: Browser, review: Review):
    files = {f"files/{n}.md": {"language": "markdown", "content": f"{n}\n"} for n in range(MAX_UNCHANGED + 1)}
    review.save("# Role\nBe exact.\n", **files)
    review.release("1.0.0")
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    review.save("# Role\nBe very exact.\n")
    page = browser(review.people["editor"]).get(address(review, "submit_release"))
    (fold,) = elements(page, "details", class_="change-fold")
    assert words(fold).startswith("4 fields not changed 0.md Not changed")
    shown = [words(each) for each in elements(page, "li", class_="change-row")]
    assert [row.partition(" ")[0] for row in shown] == ["Prompt", "0.md", "1.md", "2.md", "3.md"]


def test_a_few_fields_that_did_not_change_are_shown_in_their_places(browser: Browser, review: Review):
    review.save("Be exact.", **{"files/a.md": {"language": "markdown", "content": "A"}})
    review.release("1.0.0")
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    review.save("Be very exact.")
    page = browser(review.people["editor"]).get(address(review, "submit_release"))
    assert not elements(page, "details", class_="change-fold")
    assert "a.md Not changed" in " ".join(words(each) for each in elements(page, "li", class_="change-row"))


def test_submitting_shows_five_authors_and_counts_the_others(
    browser: Browser, review: Review, make_user: Callable[..., User]
):
    caller = caller_of(review.people["owner"])
    for number in range(6):
        author = make_user(f"author-{number}", display_name=f"Zed Author {number}")
        add_member(caller=caller, project_id=review.project.id, user_id=author.id, role="editor")
        writer = Writer(caller_of(author), review.project)
        base = Draft.objects.of_project(review.project.id).count()
        text = {"language": "markdown", "content": f"{number}"}
        writer.save({f"files/{number}.md": text}, writer.take(f"files/{number}.md"), base=base, release_locks=True)
    page = browser(review.people["editor"]).get(address(review, "submit_release"))
    (more,) = elements(page, "details", class_="submit-more")
    authors = [words(each) for each in elements(page, "ul", class_="submit-people")]
    assert words(more).startswith(f"+{len(authors[1].split('Zed')) - 1} more")
    assert authors[1].endswith("Zed Author 5")
    assert " ".join(authors).count("Zed Author") == 6


def test_submitting_names_whose_locks_it_ends(browser: Browser, review: Review):
    client = browser(review.people["owner"])
    Writer(caller_of(review.people["editor"]), review.project).take("files/topology.yaml")
    (listed,) = elements(client.get(address(review, "submit_release")), "ul", id="submit-locks")
    name = review.people["editor"].display_name
    assert f"{name}: topology.yaml" in words(listed)
