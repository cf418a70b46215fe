"""What somebody appends to the chains who has the database alone: the links fit, and what they say cannot be so."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.callers import foundry_caller
from accounts.models import User
from audit.chain import link_hash
from audit.chain_verification.services import record_verifications
from audit.models import SITE_CHAIN, Event, project_chain
from audit.services import _circumstances
from audit.verification import verify
from foundry_site.doctor import background
from kernel.canonical import canonical
from publishing.models import Release
from publishing.policies import Rules
from publishing.quorum import DEFAULT_RULES
from publishing.verification import fault_of
from tests.publishing.bundles import files_in, project_bundle, release_bundle, said_of, wrong_with
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db

NOTHING = {**DEFAULT_RULES, "signatures": {}, "distinct_people": 0}


def run(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, values)


def append(user: User, action: str, target: tuple[str, object], data: dict[str, Any], **other: Any) -> Event:
    """An event that nobody's service wrote, on the chain of `project` or another, with `other` members."""
    project = other.pop("project", None)
    fact = {**_circumstances(caller_of(user), project), "action": action, "data": data, "reason": None, **other}
    fact["target"] = {"type": target[0], "id": str(target[1])}
    run("INSERT INTO audit_event (canonical) VALUES (%s)", canonical(fact))
    return Event.objects.filter(chain=fact["chain"]).latest("seq")


def forged_release(review: Review, rules: dict[str, Any] | None = None) -> Release:
    """Submitted and released without a signature, rows and events alike."""
    before = Release.objects.get()
    said = Event.objects.get(action="release.submitted").data
    new, project = uuid.uuid4(), review.project.id
    data = {**said, "release_id": str(new), "name": "2.0.0", "rules": rules or said["rules"]}
    begun = append(review.people["editor"], "release.submitted", ("release", new), data, project=project)
    ended = append(review.people["owner"], "release.released", ("release", new), {}, project=project)
    run("ALTER TABLE publishing_release DISABLE TRIGGER USER")
    Release.objects.bulk_create(
        [
            Release(
                id=new,
                project_id=project,
                draft=before.draft,
                name="2.0.0",
                rules=data["rules"],
                authors=before.authors,
                authors_sign=before.authors_sign,
                state="released",
                submitted_by=review.people["editor"],
                submitted_at=begun.at,
                ended_at=ended.at,
                ended_by=review.people["owner"],
            )
        ]
    )
    run("UPDATE projects_project SET status = 'in_review' WHERE id = %s", project)
    return Release.objects.with_people().get(pk=new)


def found() -> str:
    return "\n".join(map(str, verify().findings))


def test_c13_a_release_that_nobody_signed_is_named_by_every_verifier(review: Review):
    review.release()
    release = forged_release(review)

    assert "release 2.0.0" in found()
    assert "lacks signatures that its policy asked for" in found()
    assert "lacks signatures that its policy asked for" in str(fault_of(release))
    assert "lacks signatures that its policy asked for" in str(wrong_with(files_in(release_bundle(release))))


def test_c13_a_release_under_a_policy_that_the_project_never_had_is_named_by_every_verifier(review: Review):
    review.release()
    release = forged_release(review, NOTHING)

    assert "its policy is not the one that the project had" in found()
    assert "its policy is not the one that the project had" in str(fault_of(release))
    assert "its policy is not the one that the project had" in str(wrong_with(files_in(release_bundle(release))))


def test_c13_a_policy_that_asks_for_no_signature_releases_nothing(review: Review):
    review.release()
    append(
        review.people["owner"],
        "policy.updated",
        ("project", review.project.id),
        {"rules": NOTHING, "before": DEFAULT_RULES},
        project=review.project.id,
    )
    release = forged_release(review, NOTHING)

    assert "its policy asks for no signature" in found()
    assert "its policy asks for no signature" in str(fault_of(release))
    assert "its policy asks for no signature" in str(wrong_with(files_in(release_bundle(release))))


def test_the_policy_of_a_project_that_has_none_is_one():
    assert Rules().data() == DEFAULT_RULES


def test_c02_a_project_s_chain_cannot_tell_of_accounts(review: Review):
    editor = review.people["editor"]
    data = {"before": {}, "after": {"display_name": "Somebody else"}}
    append(review.people["owner"], "account.changed", ("user", editor.id), data, project=review.project.id)

    assert "only an event of the chain site can say this" in found()


def test_c02_a_chain_of_no_project_is_named(review: Review):
    append(review.people["owner"], "project.updated", ("project", uuid.uuid4()), {}, chain=str(uuid.uuid4()))

    assert "it is of no project" in found()


@pytest.mark.parametrize("changed", [{"name": "Owner, Head of Quality"}, {"kind": "agent"}, {"kind": "service"}])
def test_c23_an_event_under_another_s_name_or_kind_is_named(review: Review, changed: dict[str, str]):
    editor = review.people["editor"]
    actor = {"id": str(editor.id), "name": editor.display_name, "kind": editor.kind, **changed}
    project = review.project.id
    append(editor, "project.updated", ("project", project), {}, project=project, actor=actor)

    assert "its actor is no account of that name and kind" in found()


def test_c02_an_event_that_is_dated_before_the_one_before_it_is_told(review: Review):
    """It may have been a clock: it is said, and does not break a chain for ever."""
    release = review.release()
    last = Event.objects.of_project(review.project.id).latest("seq")
    fact = {
        **_circumstances(foundry_caller("command"), review.project.id),
        "action": "project.updated",
        "target": {"type": "project", "id": str(review.project.id)},
        "data": {},
        "reason": None,
    }
    at, text = datetime(2020, 1, 1, tzinfo=UTC), canonical(fact)
    link = link_hash(prev_hash=bytes(last.hash), seq=last.seq + 1, at=at, canonical=text)
    run("ALTER TABLE audit_event DISABLE TRIGGER USER")
    columns = "(canonical, seq, at, prev_hash, hash)"
    values = (text, last.seq + 1, at, bytes(last.hash), link)
    run(f"INSERT INTO audit_event {columns} VALUES (%s, %s, %s, %s, %s)", *values)
    out = StringIO()

    call_command("verify_audit", stdout=out)

    assert f"Dated before the event before it: {project_chain(review.project.id)}#{last.seq + 1}" in out.getvalue()
    assert f"DATED BEFORE THE EVENT BEFORE THEM, as by a clock that was set back: [{last.seq + 1}]" in said_of(
        files_in(project_bundle(review))
    )
    assert not any("DATED BEFORE" in line for line in said_of(files_in(release_bundle(release))))


def test_c02_a_note_that_somebody_wrote_into_the_table_is_not_believed(review: Review):
    release = review.release()
    run("ALTER TABLE audit_event DISABLE TRIGGER USER")
    run("UPDATE audit_event SET at = at + interval '1 day' WHERE chain = %s AND seq = 2", str(review.project.id))
    record_verifications()
    assert "hash does not fit" in str(fault_of(release))

    run("UPDATE audit_standing SET fault = '', records_fault = '', seq = seq + 40, verified_at = now()")

    assert "hash does not fit" in str(fault_of(release))
    says = next(each.text for each in background.examine() if each.subject == "Audit trail")
    assert "was not written by Foundry" in says


def test_c02_a_text_that_was_changed_is_named_on_the_page_of_its_release(review: Review):
    release = review.release()
    assert fault_of(release) is None
    run("ALTER TABLE blobs_blob DISABLE TRIGGER USER")
    run("UPDATE blobs_blob SET data = set_byte(data, 0, 255 - get_byte(data, 0))")

    assert "a text of its version was changed" in str(fault_of(release))


def test_an_honest_site_has_nothing_of_all_this(review: Review):
    review.release()

    assert verify().findings == []
    assert all(not state.dated_back for state in verify().chains)
    assert SITE_CHAIN in {state.chain for state in verify().chains}
