"""Exports of the audit trail, reviews that are put on record, and who may open its pages."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.callers import Caller
from accounts.models import User
from audit.chain import link_hash
from audit.chain_verification.services import record_verification
from audit.models import Event, Review
from audit.reviews.services import record_review
from projects.models import Project
from tests.workspace.conftest import Browser
from tests.workspace.html import elements
from tests.workspace.trail import LIST, PAGES, exported, numbers

pytestmark = [pytest.mark.django_db, pytest.mark.empty_site]


def test_json_lines_hold_all_that_the_hashes_cover(desk: Client, saved: Event):
    lines = [json.loads(line) for line in exported("jsonl", chain=saved.chain, group="draft").splitlines()]

    assert [line["seq"] for line in lines] == numbers(desk, chain=saved.chain, group="draft")
    for line in lines:
        event = Event.objects.get(chain=line["chain"], seq=line["seq"])
        computed = link_hash(
            prev_hash=bytes.fromhex(line["prev_hash"]), seq=line["seq"], at=event.at, canonical=line["canonical"]
        )
        assert computed.hex() == line["hash"]


def test_an_export_is_a_file_of_what_was_asked_for(desk: Client, saved: Event):
    asked = {"chain": saved.chain, "when": "2026"}

    answer = desk.get(reverse("admin:audit_event_export", args=["csv"]), asked)

    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="events-{saved.chain}-2026.csv"'
    assert desk.get(reverse("admin:audit_event_export", args=["xml"]), asked).status_code == 404


def test_a_table_is_no_place_for_formulas(desk: Client, project: Project, owner: User, reviewer: User, caller_for):
    from projects.services import change_role

    reason = '=HYPERLINK("https://evil.example")'
    change_role(caller=caller_for(owner), project_id=project.id, user_id=reviewer.id, role="viewer", reason=reason)

    rows = list(csv.DictReader(io.StringIO(exported("csv", chain=str(project.id)).removeprefix("\ufeff"))))

    assert rows[0]["reason"] == f"'{reason}"
    assert [row["seq"] for row in rows] == ["5", "4", "3", "2", "1"]
    assert rows[0]["hash"] == bytes(Event.objects.chain(str(project.id)).latest("seq").hash).hex()


def test_c24_a_review_is_recorded_on_its_page_and_shown_with_its_events(desk: Client, saved: Event, auditor: User):
    page = reverse("admin:audit_event_review")
    form = desk.get(page, {"chain": saved.chain})
    assert (form.context["first"], form.context["last"]) == (1, form.context["newest"])

    answer = desk.post(
        page, {"chain": saved.chain, "from_seq": "1", "to_seq": str(saved.seq), "findings": "None at all"}
    )

    made = Review.objects.get()
    assert (made.chain, made.to_seq, made.findings, made.reviewer) == (saved.chain, saved.seq, "None at all", auditor)
    text = desk.get(answer["Location"]).content.decode()
    assert f"Events 1 to {saved.seq}, with findings" in text
    rows = desk.get(reverse(LIST), {"chain": saved.chain}).context["rows"]
    assert [row.event.seq for row in rows if row.reviews] == list(range(saved.seq, 0, -1))
    again = desk.get(page, {"chain": saved.chain})
    assert again.context["first"] == saved.seq + 1
    assert "None at all" in again.content.decode()


def test_c24_a_refused_review_is_shown_again_as_it_was_typed(desk: Client, saved: Event):
    given = {"chain": saved.chain, "from_seq": "1", "to_seq": "99999", "findings": "Much to say"}

    answer = desk.post(reverse("admin:audit_event_review"), given)

    assert answer.status_code == 400
    assert "Much to say" in answer.content.decode()
    assert 'value="99999"' in answer.content.decode()
    assert not Review.objects.exists()


@pytest.mark.parametrize("page", ["add", "delete"])
def test_nobody_writes_there(desk: Client, saved: Event, page: str):
    arguments = [] if page == "add" else [saved.pk]

    assert desk.post(reverse(f"admin:audit_event_{page}", args=arguments), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("who", ["owner", "administrator", "anonymous"])
def test_c10_it_is_for_auditors_only(who: str, browser: Browser, make_user, owner: User, saved: Event):
    administrator = make_user("admin", is_administrator=True)
    client = {"owner": lambda: browser(owner), "administrator": lambda: browser(administrator), "anonymous": Client}[
        who
    ]()
    gets = [reverse(name) for name in PAGES] + [reverse("admin:audit_event_export", args=["csv"])]
    gets.append(reverse("admin:audit_event_change", args=[saved.pk]))
    posts = [reverse("admin:audit_event_verify"), reverse("admin:audit_event_review")]

    answers = [client.get(url) for url in gets] + [client.post(url) for url in posts]

    expected = 403 if who == "administrator" else 302
    assert [answer.status_code for answer in answers] == [expected] * len(answers)
    assert not Review.objects.exists()


def test_no_page_has_inline_code(desk: Client, saved: Event, auditor: User):
    record_review(caller=Caller(user=auditor, via="browser"), chain=saved.chain, from_seq=1, to_seq=2)
    record_verification(chain=saved.chain)
    asked: dict[str, Any] = {"chain": saved.chain, "open": saved.pk, "field": "prompt_text"}
    for name in PAGES:
        response = desk.get(reverse(name), asked)
        assert "unsafe" not in response["Content-Security-Policy"]
        for element in elements(response):
            assert not {"style", "onclick", "onload"} & element.attributes.keys()
            assert element.tag != "style"
