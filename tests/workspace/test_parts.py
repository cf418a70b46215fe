"""The small parts that pages are made of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.callers import Caller
from accounts.models import User
from drafts.models import Draft
from projects import field_names
from projects.models import Member, Project
from projects.services import add_member
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from workspace import languages
from workspace.history.lane_labels import MAX_LABEL, lane_labels
from workspace.history.version_map import version_map
from workspace.people import TINTS, PersonView, brief_name, tints_of

ID = "0192f0c0-0000-7000-8000-000000000005"


@pytest.mark.parametrize(
    ("name", "first_name", "initials"),
    [
        ("Mara Lindqvist", "Mara", "ML"),
        ("Åsa von der Heide", "Åsa", "ÅH"),
        ("foundry", "foundry", "FO"),
        ("x", "x", "X"),
        ("Dr. Priya Raman", "Priya", "PR"),
        ("Prof Dr. h.c. Priya Raman", "Priya", "PR"),
        ("Prof. Dr. med. Dr. h. c. Priya von Raman", "Priya", "PR"),
        ("H. C. Andersen", "H.", "HA"),
        ("J. Smith", "J.", "JS"),
        ("Dr.", "Dr.", "DR"),
    ],
)
def test_a_title_is_no_first_name(name: str, first_name: str, initials: str) -> None:
    person = PersonView(ID, name, "human")
    assert (person.first_name, person.initials) == (first_name, initials)


def test_a_long_name_in_a_row_has_no_titles_before_it() -> None:
    assert brief_name("Dr. Priya Raman") == "Dr. Priya Raman"
    assert brief_name("Prof. Dr. med. Dr. h. c. Priya von Raman") == "Priya von Raman"
    assert brief_name("Wolfeschlegelsteinhausenbergerdorff") == "Wolfeschlegelsteinhausenbergerdorff"


def test_a_tint_follows_from_the_id() -> None:
    assert PersonView(ID, "A", "human").tint == PersonView(ID, "B", "agent").tint
    assert 0 <= PersonView(ID, "A", "human").tint < 6


@pytest.mark.parametrize(
    ("name", "label", "short", "language"),
    [
        ("prompt_text", "Prompt", "Prompt", "markdown"),
        ("model_configuration", "Model configuration", "Model configuration", "json"),
        ("files/corpus/events.JSONL", "corpus/events.JSONL", "events.JSONL", "jsonl"),
        ("files/notes", "notes", "notes", None),
    ],
)
def test_fields_have_names_for_people(name: str, label: str, short: str, language: str | None) -> None:
    assert (field_names.label(name), field_names.short_label(name), languages.language(name)) == (
        label,
        short,
        language,
    )


def test_the_order_of_fields() -> None:
    names = {"files/b", "files/a", "model_configuration", "prompt_text"}
    assert field_names.in_order(names) == ["prompt_text", "model_configuration", "files/a", "files/b"]


def test_files_of_the_same_name_have_the_folder_in_which_they_differ() -> None:
    apart = field_names.distinct_folders(
        ["prompt_text", "files/e/da/s/c.md", "files/e/de/s/c.md", "files/da/s/c.md", "files/c.md", "files/k/l/n.md"]
    )
    assert apart == {
        "files/e/da/s/c.md": "e/…/",
        "files/e/de/s/c.md": "…/de/…/",
        "files/da/s/c.md": "da/…/",
        "files/c.md": "",
        "files/k/l/n.md": "…/l/",
    }


def test_paths_that_would_be_shown_alike_have_the_folder_in_which_they_differ() -> None:
    names = ["files/e/da/s/c.md", "files/e/de/s/c.md", "files/k/l/n.md", "prompt_text"]
    assert field_names.distinct_paths(names) == {
        "files/e/da/s/c.md": "…/da/…/c.md",
        "files/e/de/s/c.md": "…/de/…/c.md",
        "files/k/l/n.md": "…/l/n.md",
        "prompt_text": "Prompt",
    }
    assert field_names.apart(names) == {"files/e/da/s/c.md": "…/da/…/", "files/e/de/s/c.md": "…/de/…/"}


def test_labels_of_lanes_begin_where_similar_files_differ() -> None:
    folder = "files/evaluations/oncology/cases-with-long-names"
    names = [f"{folder}/case-{number:03}-patient-with-prior-therapy.yaml" for number in (1, 2, 11)]
    labels = lane_labels(["prompt_text", *names, "files/topology.yaml"])
    assert list(labels.values()) == [
        *("Prompt", "…e-001-patie…rapy.yaml", "…e-002-patie…rapy.yaml", "…e-011-patie…rapy.yaml"),
        "topology.yaml",
    ]
    assert max(map(len, labels.values())) <= MAX_LABEL


def _when(moment: datetime, form: str = "short", zone: str = "") -> str:
    request = RequestFactory().get("/")
    request.COOKIES["zone"] = zone
    template = Template("{% load foundry %}{% when moment form %}")
    return template.render(Context({"request": request, "moment": moment, "form": form}))


def test_times_are_in_the_readers_zone_with_utc_on_hover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    late = datetime(2026, 11, 19, 22, 41, 7, tzinfo=UTC)
    assert ">22:41</time>" in _when(late)
    # In Tokyo it is the 20th already, and so is the moment.
    assert ">07:41</time>" in _when(late, zone="Asia/Tokyo")
    assert 'title="19 Nov 2026, 22:41:07 UTC"' in _when(late, zone="Asia/Tokyo")
    assert ">18 Nov 10:31</time>" in _when(datetime(2026, 11, 18, 10, 31, tzinfo=UTC))
    assert ">3 Nov 2025 10:31</time>" in _when(datetime(2025, 11, 3, 10, 31, tzinfo=UTC))
    assert ">19 Nov</time>" in _when(late, "day")
    assert ">19 Nov 2026, 22:41:07 UTC</time>" in _when(late, "full", "Asia/Tokyo")


def test_an_unknown_zone_is_utc() -> None:
    assert ">10:31</time>" in _when(timezone.now().replace(hour=10, minute=31), zone="Mars/Olympus_Mons")


def _draft(version: int, kind: str = "save", *fields: str) -> Draft:
    facts: Any = {"version_number": version, "kind": kind, "changed_fields": list(fields or ("prompt_text",))}
    return Draft(created_at=datetime(2026, 11, version, tzinfo=UTC), **facts)


def test_the_map_has_a_column_per_version_and_a_lane_per_field() -> None:
    drafts = [_draft(3, "undo"), _draft(2, "save", "files/a.md"), _draft(1)]
    drawn = version_map(drafts, RequestFactory().get("/"), {})
    assert drawn is not None
    assert [column.version for column in drawn.columns] == [1, 2, 3]
    assert [lane.label for lane in drawn.lanes] == ["Prompt", "a.md"]
    assert [(mark.y == drawn.lanes[0].y, mark.is_hollow) for mark in drawn.marks] == [
        (True, False),
        (False, False),
        (True, True),
    ]
    assert drawn.columns[0].x < drawn.columns[1].x < drawn.columns[2].x <= drawn.width


def test_one_version_needs_no_map() -> None:
    assert version_map([_draft(1)], RequestFactory().get("/"), {}) is None


def test_dates_of_the_map_never_touch() -> None:
    drafts = [_draft(version) for version in range(28, 0, -1)]
    drawn = version_map(drafts, RequestFactory().get("/"), {})
    assert drawn is not None
    dated = [column.x for column in drawn.columns if column.date]
    assert all(right - left >= 52 for left, right in pairwise(dated))


@pytest.mark.django_db
def test_members_of_one_project_have_different_tints(
    project: Project, owner: User, caller_for: Callable[..., Caller], make_user: Callable[..., User]
) -> None:
    for number in range(2 * TINTS):
        newcomer = make_user(f"person-{number}")
        add_member(caller=caller_for(owner), project_id=project.id, user_id=newcomer.id, role="viewer")
    before = dict(tints_of(project.id))
    members = list(Member.objects.filter(project=project).order_by("id").values_list("user_id", flat=True))
    assert {before[str(user_id)] for user_id in members[:TINTS]} == set(range(TINTS))
    assert max(Counter(before.values()).values()) - min(Counter(before.values()).values()) <= 1

    late = make_user("late")
    add_member(caller=caller_for(owner), project_id=project.id, user_id=late.id, role="viewer")
    assert {key: tint for key, tint in tints_of(project.id).items() if key != str(late.id)} == before


@pytest.mark.django_db
def test_a_page_of_a_project_and_its_script_paint_the_same_tints(
    browser: Browser, project: Project, owner: User
) -> None:
    page = browser(owner).get(reverse("workspace:members", args=[project.id]))
    (told,) = elements(page, "meta", name="project-tints")
    assert json.loads(told.attributes["content"]) == tints_of(project.id)
