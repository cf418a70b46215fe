"""Bundles name the other sites of a project, and `verify.py` sees that each might send what came in."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from accounts.callers import Caller
from stages.replication.admission.services import invite_site, revoke_site, take_key_chain
from stages.replication.admission.statements import take_certificates
from stages.replication.held.services import release_held
from stages.replication.ingest.services import ingest_bundles
from stages.replication.models import HeldBundle
from stages.replication.proof import bundle_verifier
from stages.replication.proof.bundle_verifier import SITES_FILE
from tests.publishing.bundles import (
    files_in,
    lines_of,
    project_bundle,
    resealed,
    said_of,
    spelled,
    wrong_with,
)
from tests.publishing.conftest import make_review, review  # noqa: F401 (fixtures)
from tests.publishing.reviews import Review, caller_of
from tests.replication.admission.world import Elsewhere
from tests.replication.ingest.world import record

pytestmark = pytest.mark.django_db

FIRST, SECOND = (f"0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5{digit}" for digit in "bc")


@pytest.fixture
def owner(review: Review) -> Caller:  # noqa: F811 (the fixture)
    return caller_of(review.people["owner"])


@pytest.fixture
def basel(review: Review, owner: Caller) -> Elsewhere:  # noqa: F811 (the fixture)
    """A site that was admitted, and has sent a bundle."""
    site = Elsewhere(review.project.id)
    site.come(invite_site(caller=owner, project_id=review.project.id, rights="writes", copies=False).text)
    send(site, FIRST)
    return site


def send(site: Elsewhere, entity: str) -> int:
    """How many bundles came in, once its people were certified."""
    certificate = site.certificate
    seal = base64.b64encode(certificate.seal).decode()
    take_certificates(project_id=site.project_id, statements=[{"text": certificate.text, "seal": seal}])
    written = site.write(record(entity))
    return ingest_bundles(project_id=site.project_id, peer_key=site.site_key, bundles=[written]).accepted


def test_a_bundle_lists_the_sites_and_verifies(review: Review, basel: Elsewhere) -> None:  # noqa: F811
    files = files_in(project_bundle(review))
    assert wrong_with(files) is None
    (line,) = lines_of(files[SITES_FILE])
    assert (line["key"], line["name"], line["bundles"], line["rights"]) == (basel.site_key, "Basel", 1, "writes")
    assert line["admitted_by"]["display_name"] == review.people["owner"].display_name
    assert any(f"the site Basel {basel.site_key}: 1 bundles" in each for each in said_of(files))


def test_what_a_revoked_site_sent_is_there_only_if_it_was_released(
    review: Review,  # noqa: F811 (the fixture)
    owner: Caller,
    basel: Elsewhere,
) -> None:
    revoke_site(caller=owner, project_id=review.project.id, key=basel.site_key, reason="A laptop was stolen")
    assert send(basel, SECOND) == 0
    release_held(caller=owner, held_id=HeldBundle.objects.get().id, reason="It was written before")
    files = files_in(project_bundle(review))
    assert wrong_with(files) is None
    (line,) = lines_of(files[SITES_FILE])
    assert (line["bundles"], line["cut"]["number"]) == (2, 1)


def test_c02_a_list_that_was_changed_is_noticed(review: Review, basel: Elsewhere) -> None:  # noqa: F811
    files = files_in(project_bundle(review))
    rows = lines_of(files[SITES_FILE])
    rows[0]["name"] = "Bern"
    assert SITES_FILE in str(wrong_with(resealed({**files, SITES_FILE: spelled(rows)})))
    assert SITES_FILE in str(wrong_with(resealed({**files, SITES_FILE: b""})))


def test_a_new_key_is_endorsed_in_the_bundle(review: Review, basel: Elsewhere) -> None:  # noqa: F811
    link = basel.take_new_key(end=1, last=basel.head.hash)
    assert take_key_chain(project_id=review.project.id, key=basel.site_key, chain=[link])
    files = files_in(project_bundle(review))
    assert wrong_with(files) is None
    old, new = lines_of(files[SITES_FILE])
    assert (old["key"], new["follows"]) == (link["before"], link["before"])
    assert old["cut"] == {"number": 1, "hash": basel.head.hash}


def event(action: str, **data: Any) -> tuple[int, str, dict[str, Any]]:
    actor = {"id": "a", "name": "Ann", "kind": "human"}
    return 1, "2026-12-01T08:30:00.000000Z", {"action": action, "actor": actor, "data": {"site": "ab" * 32, **data}}


FACTS: dict[str, Any] = {
    **dict.fromkeys(("name", "site_id", "address", "certificate_sha256", "introduced_by"), ""),
    "rights": "writes",
    "copies": False,
    "is_home": False,
}
CAME = {"site": "ab" * 32, "numbers": [2, 3], "bundles": [{"hash": "two"}, {"hash": "three"}]}


@pytest.mark.parametrize(
    ("before", "fault"),
    [
        ([], "was not admitted"),
        ([event("site.introduced", **FACTS)], "was not admitted"),
        ([event("site.admitted", **FACTS)], ""),
        ([event("site.admitted", **{**FACTS, "rights": "reads"})], "could only read"),
        (
            [event("site.admitted", **FACTS), event("site.rights_changed", **{**FACTS, "rights": "reads"})],
            "could only read",
        ),
        ([event("site.admitted", **FACTS), event("site.revoked", **FACTS, cut={"number": 3})], ""),
        ([event("site.admitted", **FACTS), event("site.revoked", **FACTS, cut={"number": 2})], "was revoked"),
        ([event("site.introduced", **FACTS), event("site.revoked", **FACTS, cut={"number": 3})], ""),
        (
            [
                event("site.admitted", **FACTS),
                event("site.revoked", **FACTS, cut={"number": 1}),
                event("site.cut_moved", **FACTS, cut={"number": 3}),
            ],
            "",
        ),
        (
            [
                event("site.admitted", **FACTS),
                event("site.revoked", **FACTS, cut={"number": 2}),
                event("held.released", hash="three"),
            ],
            "",
        ),
    ],
)
def test_c02_what_a_site_might_not_send_is_noticed(before: list[Any], fault: str) -> None:
    sites = bundle_verifier.SitesOfProject()
    for each in before:
        sites.take(each)
    assert sites.fault(CAME) == fault


def test_c02_a_new_key_that_the_old_one_has_not_sealed_is_noticed(basel: Elsewhere) -> None:
    link = basel.take_new_key()
    said = {"before": link["before"], "site": link["key"], "link": link}
    bundle_verifier.check_site_succession(said, "event 7")
    for name in ("seal", "next_seal"):
        forged = {**link, name: ("00" if link[name][:2] != "00" else "11") + link[name][2:]}
        with pytest.raises(Exception, match="has not sealed"):
            bundle_verifier.check_site_succession({**said, "link": forged}, "event 7")
    statement = json.dumps({**json.loads(link["statement"]), "next": "00" * 32}, separators=(",", ":"))
    with pytest.raises(Exception, match="no succession"):
        bundle_verifier.check_site_succession({**said, "link": {**link, "statement": statement}}, "event 7")
