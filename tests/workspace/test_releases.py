"""The pages of releases: the list, one release, and signing without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format

from accounts.models import User
from audit.models import Event
from drafts.comments.services import create_comment
from drafts.services import change_files
from drafts.tasks.services import create_task
from projects.services import add_member, archive_project, reopen_project
from publishing.models import Release, Signature
from publishing.policies import rules_of
from tests.publishing.reviews import PASSWORD, Review, caller_of
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.workspace.release_pages import HTMX, address, given, page_of, sign

pytestmark = pytest.mark.django_db


def test_an_empty_list_has_one_action(browser: Browser, review: Review):
    page = browser(review.people["editor"]).get(address(review))
    assert [words(link) for link in elements(page, "a", class_="btn btn-primary")] == ["Submit for review…"]
    assert not elements(browser(review.people["viewer"]).get(address(review)), "a", class_="btn btn-primary")


def test_the_list_shows_name_version_state_and_signers(browser: Browser, review: Review):
    review.withdraw(review.submit("0.9.0"))
    review.release("1.0.0")
    page = browser(review.people["viewer"]).get(address(review))
    assert [words(heading) for heading in elements(page, "h2")] == ["1.0.0", "0.9.0"]
    text = page.content.decode()
    assert "Frozen" in text
    assert "“A mistake”" in text
    name = f"Owner ({review.people['owner'].username})"
    assert [words(each) for each in elements(page, "span", title=f"{name} · Approved")] == [f"OWApproved {name}"]


def test_a_release_shows_who_signed_and_whose_turn_it_is(browser: Browser, review: Review):
    release = review.submit()
    review.sign(release, "authored", "editor")
    page = browser(review.people["reviewer"]).get(page_of(release))
    slots = {words(slot).split()[0]: slot.attributes["data-slot"] for slot in elements(page, "section", class_="slot")}
    assert slots == {"Authored": "signed", "Reviewed": "yours", "Approved": "yours"}
    assert "You or Owner" in page.content.decode()
    watching = browser(review.people["viewer"]).get(page_of(release))
    assert not elements(watching, "a", class_="btn btn-primary")


def test_signing_works_without_a_script(browser: Browser, review: Review):
    release = review.submit()
    editor = browser(review.people["editor"])
    dialog = editor.get(f"{page_of(release)}?sign=authored")
    assert elements(dialog, "dialog", open="")
    assert sign(editor, release, given("authored", "editor", review)).status_code == 302
    for meaning, by in (("reviewed", "reviewer"), ("approved", "owner")):
        sign(browser(review.people[by]), release, given(meaning, by, review))
    assert Release.objects.get(pk=release.id).state == "released"
    page = editor.get(page_of(release))
    assert "Frozen · 1.0.0" in words(elements(page, "span", id="project-status")[0])


@pytest.mark.parametrize("state", ["in_review", "frozen", "archived"])
def test_the_workspace_says_why_nobody_writes(browser: Browser, review: Review, state: str):
    release = review.submit() if state == "in_review" else review.release()
    if state == "archived":
        archive_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    leads = {
        "in_review": (page_of(release), page_of(release)),
        "frozen": (address(review, "reopen"), page_of(release)),
        "archived": (address(review, "reopen"), None),
    }[state]
    for role, lead in zip(("owner", "editor"), leads, strict=True):
        page = browser(review.people[role]).get(address(review, "workspace"))
        assert elements(page, "div", class_="sheet", data_state=state)
        assert lead is None or elements(page, "a", class_="btn btn-ghost btn-xs", href=lead)


def test_c12_c20_the_page_shows_each_signature_and_whether_the_record_changed(browser: Browser, review: Review):
    review.save("# Role\nBe very exact.\n")
    release = review.release()
    page = browser(review.people["viewer"]).get(page_of(release))
    signed = {words(row) for row in elements(page, "tr") if "UTC" in row.text}
    for signature in Signature.objects.filter(release=release).select_related("signer"):
        time = date_format(signature.signed_at.astimezone(UTC), "j M Y, H:i:s") + " UTC"
        start = (
            f"{signature.signer.display_name} ({signature.signer.username}) {signature.get_meaning_display()} {time}"
        )
        assert any(row.startswith(start) for row in signed)
        assert bytes(signature.seal).hex() in page.content.decode()
    assert "".join(elements(page, "code", class_="hash")[0].text.split()) == release.draft.content_hash
    assert "unchanged since signing" in words(elements(page, "p", class_="stateline record-check")[0])
    assert any(row.startswith("Prompt v1 · Editor") and row.endswith("yes, once last in v2") for row in signed)


def test_c20_a_page_says_that_its_record_was_changed(browser: Browser, review: Review, monkeypatch):
    release = review.release()
    monkeypatch.setattr("publishing.verification.seal_fault", lambda *_, **__: "its seal does not fit its text")
    (check,) = elements(browser(review.people["viewer"]).get(page_of(release)), "p", class_="stateline record-check")
    assert check.attributes["data-state"] == "bad"
    assert "The signature authored of Editor: its seal does not fit its text" in words(check)


@pytest.mark.parametrize("end", ["reject", "withdraw", "release"])
@pytest.mark.parametrize("act", ["sign", "reject", "withdraw"])
def test_c09_a_release_that_has_ended_takes_no_step_through_its_page(
    browser: Browser, review: Review, end: str, act: str
):
    release = review.release() if end == "release" else review.submit()
    if end == "release":
        reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    else:
        getattr(review, end)(release)
    review.submit("2.0.0")
    client, before = browser(review.people["owner"]), Event.objects.of_project(review.project.id).count()
    if act == "sign":
        answer = sign(client, release, given("reviewed", "owner", review))
    else:
        answer = client.post(address(review, f"{act}_release", release.id), {"reason": "Too late"})
    assert answer.status_code == 409
    assert Event.objects.of_project(review.project.id).count() == before


def test_c15_a_wrong_proof_leaves_all_but_the_secret(browser: Browser, review: Review):
    release = review.submit()
    data = given("reviewed", "reviewer", review, password="wrong horse", comment="Read twice")
    page = sign(browser(review.people["reviewer"]), release, data, headers=HTMX)
    assert page.status_code == 403
    assert [each.attributes["value"] for each in elements(page, "input", name="comment")] == ["Read twice"]
    assert [each.attributes["value"] for each in elements(page, "input", name="username")] == [data["username"]]
    assert "wrong horse" not in page.content.decode()
    assert "Nothing was signed" in words(elements(page, "div", class_="bar mb-4", role="alert")[0])


def test_c15_the_second_signature_of_a_session_asks_for_the_private_component_only(browser: Browser, review: Review):
    client = browser(review.people["reviewer"])
    first = review.submit()
    assert elements(client.get(f"{page_of(first)}?sign=reviewed"), "input", name="username")
    sign(client, first, given("reviewed", "reviewer", review))
    review.reject(first)
    second = review.submit("1.0.1")
    assert not elements(client.get(f"{page_of(second)}?sign=reviewed"), "input", name="username")
    sign(client, second, {"meaning": "reviewed", "component": "password", "password": PASSWORD})
    assert Signature.objects.filter(release=second).count() == 1


def test_c19_rejecting_without_a_reason_comes_back(browser: Browser, review: Review):
    release = review.submit()
    page = browser(review.people["reviewer"]).post(address(review, "reject_release", release.id), {"reason": " "})
    assert page.status_code == 400
    assert elements(page, "p", class_="field-error")
    assert Release.objects.get(pk=release.id).state == "in_review"


def test_a_policy_that_makes_no_sense_comes_back_as_it_was_typed(browser: Browser, review: Review):
    wrong = {"people_authored": "1", "people_reviewed": "x", "people_approved": "1", "distinct_people": "9"}
    client = browser(review.people["owner"])
    page = client.post(address(review, "policy"), {**wrong, "open_comments": "warn", "open_tasks": "block"})
    assert page.status_code == 400
    assert elements(page, "input", id="people-reviewed")[0].attributes["value"] == "x"
    right = {**wrong, "people_reviewed": "2", "distinct_people": "3", "open_comments": "ignore", "open_tasks": "block"}
    assert client.post(address(review, "policy"), right).status_code == 302
    stored = rules_of(review.project.id)
    assert (stored.signatures["reviewed"], stored.open_tasks) == (2, "block")


def count(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_queries_grow_with_nothing(browser: Browser, review: Review, make_user: Callable[..., User]):
    owner = caller_of(review.people["owner"])

    def more(number: int) -> Release:
        review.save(f"# Role\nBe exact.\n{number}\n")
        said: dict[str, Any] = {"version": number + 1, "target_field": "prompt_text", "text": "Really?"}
        create_comment(caller=owner, project_id=review.project.id, **said)
        create_task(caller=owner, project_id=review.project.id, text=f"Task {number}")
        member = make_user(f"m{number}").id
        add_member(caller=owner, project_id=review.project.id, user_id=member, role="reviewer")
        release = review.submit(f"{number}.0.0")
        review.sign(release, "authored", "editor")
        return release

    def budget(release: Release) -> list[int]:
        client = browser(review.people["owner"])
        pages = [address(review), page_of(release), f"{page_of(release)}?sign=reviewed", address(review, "history")]
        return [count(client, page) for page in pages]

    review.reject(more(1))
    first = more(2)
    before = budget(first)
    review.reject(first)
    for number in range(3, 8):
        review.reject(more(number))
    assert all(now <= then for now, then in zip(budget(more(8)), before, strict=True))


def test_the_record_folds_fields_as_they_were_first_entered_and_counts_a_file_from_its_first_name(
    browser: Browser, review: Review
) -> None:
    review.save("Two.\n", **{"files/old.md": {"content": "a\n"}, "files/same.md": {"content": "b\n"}})
    change_files(
        caller=review.writer.caller,
        project_id=review.project.id,
        session_id=review.writer.session,
        base_version=2,
        renames={"files/new.md": "files/old.md"},
    )
    # Another file of the former name has a first entry of its own.
    review.save("Three.\n", **{"files/old.md": {"content": "c\n"}})
    release = review.submit()

    page = browser(review.people["viewer"]).get(address(review, "release", release.id))

    (folded,) = elements(page, "details", class_="unchanged-fields")
    assert "2 fields are as they were first entered" in words(folded)
    assert "same.md" in words(folded)
    assert "old.md" in words(folded)
    (renamed,) = [words(row) for row in elements(page, "tr") if "new.md" in words(row)]
    assert renamed.startswith("new.md v2")
    assert "yes, once last in v3" in renamed
