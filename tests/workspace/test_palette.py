"""The command palette: what it finds, and that it offers nothing that would be refused."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from drafts.tasks.services import create_task
from projects.models import Project
from projects.services import archive_project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements, words
from tests.writers import Writer
from workspace.highlighting import pieces
from workspace.palette.ranking import fit

pytestmark = pytest.mark.empty_site

WORKSPACE = {"page": "workspace", "field": "prompt_text"}


def offered(client: Client, project: Project | None, question: str = "", **more: str) -> dict[str, list[str]]:
    """The labels by the names of their groups."""
    address = reverse("workspace:project_palette", args=[project.id]) if project else reverse("workspace:palette")
    response = client.get(address, {"q": question, **more})
    assert response.status_code == 200
    found: dict[str, list[str]] = {}
    for element in elements(response):
        if element.attributes.get("class") == "palette-group":
            found[words(element)] = []
        elif element.attributes.get("class") == "palette-label":
            found[list(found)[-1]].append(words(element))
    return found


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def every(found: dict[str, list[str]]) -> list[str]:
    return [label for labels in found.values() for label in labels]


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [
        ("conf", "Configuration", "Model configuration"),
        ("conf", "Model configuration", "Unconfirmed"),
        ("moco", "Model configuration", "Prompt"),
        ("go his", "Go to History", "History of the go"),
        ("straße", "STRASSE", "Street"),
        ("caf\u00e9", "cafe\u0301 noir", "a cafe\u0301"),
        ("用量", "一日の用量", "量用"),
        ("prompt", "Prompt", "Prompt of the assistant"),
    ],
)
def test_a_nearer_fit_scores_more(question: str, better: str, worse: str) -> None:
    nearer, farther = fit(question, better), fit(question, worse)
    assert nearer is not None
    assert farther is None or nearer.score > farther.score


def test_what_was_typed_is_marked() -> None:
    seen = fit("conf mod", "Model configuration")
    assert seen is not None
    assert list(pieces("Model configuration", seen.places)) == [
        ("Mod", True),
        ("el ", False),
        ("conf", True),
        ("iguration", False),
    ]
    # İ is two characters in lower case.
    assert fit("stanbul", "İstanbul") is not None
    assert fit("nothing", "Prompt") is None


@pytest.mark.django_db
class TestPalette:
    def test_without_a_question_it_offers_what_is_nearest(
        self, browser: Browser, two_versions: Project, editor: User
    ) -> None:
        found = offered(browser(editor), two_versions)
        assert found["Fields of this project"] == ["Prompt", "Model configuration", "topology.yaml"]
        assert "Found in text" not in found
        assert found["Actions"]

    def test_it_finds_fields_versions_and_words(
        self, browser: Browser, two_versions: Project, editor: User, caller_for: Callable[..., Caller]
    ) -> None:
        create_task(caller=caller_for(editor), project_id=two_versions.id, text="Ask the trial team")
        client = browser(editor)
        assert offered(client, two_versions, "topo")["Fields of this project"] == ["topology.yaml"]
        assert offered(client, two_versions, "cooler")["Versions"] == ["v2 Cooler answers"]
        assert offered(client, two_versions, "v1")["Versions"] == ["v1 First", "v1: revert to it…"]
        assert offered(client, two_versions, "trial")["Found in text"] == [
            "You are the trial assistant.",
            "Ask the trial team",
        ]
        assert next(iter(offered(client, two_versions, "histo"))) == "Actions"

    def test_it_offers_on_the_workspace_what_can_be_done_there(
        self, browser: Browser, two_versions: Project, writer: Writer, editor: User, owner: User
    ) -> None:
        writer.take()
        mine = every(offered(browser(editor), two_versions, "prompt", **WORKSPACE))
        assert "Stop editing Prompt" in mine
        assert "Take over Prompt…" not in mine
        assert "Save as v3" in every(offered(browser(editor), two_versions, "save", **WORKSPACE))
        theirs = every(offered(browser(owner), two_versions, "prompt", **WORKSPACE))
        assert {"Ask for Prompt", "Take over Prompt…"} <= set(theirs)
        assert "Save as v3" not in every(offered(browser(owner), two_versions, "save", **WORKSPACE))
        assert "Save as v3" not in every(offered(browser(editor), two_versions, "save"))

    def test_it_offers_a_viewer_nothing_to_write(
        self, browser: Browser, two_versions: Project, viewer: User, owner: User, caller_for: Callable[..., Caller]
    ) -> None:
        writing = {"New file…", "Undo my last change…", "v1: revert to it…", "Comment on the whole field"}
        questions = ("new file", "undo", "v1", "comment")
        reads = [
            label for each in questions for label in every(offered(browser(viewer), two_versions, each, **WORKSPACE))
        ]
        assert not writing & set(reads)
        owns = [
            label for each in questions for label in every(offered(browser(owner), two_versions, each, **WORKSPACE))
        ]
        assert writing <= set(owns)
        archive_project(caller=caller_for(owner), project_id=two_versions.id)
        shut = [
            label for each in questions for label in every(offered(browser(owner), two_versions, each, **WORKSPACE))
        ]
        assert not writing & set(shut)

    def test_it_names_only_projects_that_the_person_may_see(
        self,
        browser: Browser,
        two_versions: Project,
        make_project: Callable[..., Project],
        editor: User,
        outsider: User,
    ) -> None:
        make_project("Clinical glossary", is_private=False)
        assert offered(browser(editor), None, "o")["Projects"] == ["Oncology protocol agent", "Clinical glossary"]
        assert offered(browser(outsider), None, "o")["Projects"] == ["Clinical glossary"]
        assert "Administration" not in every(offered(browser(outsider), None, "admin"))

    @pytest.mark.parametrize("question", ["\0", "%", "v99999999999", "v²", "“", "x" * 500, " "])
    def test_it_bears_any_question(self, browser: Browser, two_versions: Project, editor: User, question: str) -> None:
        address = reverse("workspace:project_palette", args=[two_versions.id])
        assert browser(editor).get(address, {"q": question}).status_code in {200, 400}

    def test_it_asks_as_much_whatever_the_project_holds(
        self, browser: Browser, two_versions: Project, writer: Writer, editor: User
    ) -> None:
        url = reverse("workspace:project_palette", args=[two_versions.id]) + "?q=version&page=workspace"
        lock = writer.take()
        writer.save({"prompt_text": "Version"}, lock, base=2)
        before = queries(browser(editor), url)
        for version in range(3, 12):
            writer.save({"prompt_text": f"Version {version}\n" * version}, lock, base=version, message="Version")
        assert queries(browser(editor), url) <= before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("help", "User guide"),
        ("guide", "User guide"),
        ("openapi", "API for programs"),
        ("export", "Export this project"),
        ("backup", "Export this project"),
        ("submit", "Submit a version for release…"),
        ("reviewer", "Reviewer"),
        ("people", "Go to Members"),
    ],
)
def test_help_people_export_and_submit_are_found(
    browser: Browser, owner: User, reviewer: User, two_versions: Project, question: str, label: str
) -> None:
    assert label in every(offered(browser(owner), two_versions, question))


@pytest.mark.django_db
def test_what_a_person_may_not_do_is_not_offered(browser: Browser, viewer: User, two_versions: Project) -> None:
    found = every(offered(browser(viewer), two_versions, "submit"))
    assert "Submit a version for release…" not in found
