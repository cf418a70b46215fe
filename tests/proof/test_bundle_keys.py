"""What somebody seals who has the database alone: no verifier takes it for the site's."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.callers import foundry_caller
from audit.keys.rotation import rotate_site_key
from audit.keys.sealing import own_fingerprint
from projects.services import reopen_project
from publishing.models import Release
from publishing.verification import fault_of
from tests.audit.forgery import plant_key, private_of
from tests.publishing.bundles import files_in, lines_of, release_bundle, resealed, said_of, spelled, wrong_with
from tests.publishing.reviews import Review, caller_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def genuine(review: Review, settings: Settings, tmp_path) -> str:
    """The fingerprint of the site's key, which has sealed a checkpoint and a release."""
    settings.FOUNDRY_DATA_DIR, settings.FOUNDRY_SIGNING_KEY = tmp_path, None
    review.release()
    return own_fingerprint()


def test_c13_a_release_sealed_by_a_key_that_database_access_alone_added_is_refused(
    review: Review, genuine: str, settings: Settings
):
    """The forger makes a key, records it, and lets a copy of Foundry seal with it: all that the database takes."""
    planted = plant_key(private_of("aa"))
    settings.FOUNDRY_SIGNING_KEY, settings.FOUNDRY_SITE_KEYS = "aa" * 32, (planted, genuine)
    reopen_project(caller=caller_of(review.people["owner"]), project_id=review.project.id)
    review.save("# Role\nBe vague.\n")
    release = review.release("2.0.0")
    bundle = files_in(release_bundle(release))
    assert wrong_with(bundle, planted, genuine) is None

    settings.FOUNDRY_SIGNING_KEY, settings.FOUNDRY_SITE_KEYS = None, ()

    assert f"its key {planted} is neither one that you name nor endorsed by one" in str(wrong_with(bundle, genuine))
    with pytest.raises(CommandError, match=f"site key {planted}: neither the site's key before it nor the operator"):
        call_command("verify_audit")
    assert "endorsed" in str(fault_of(Release.objects.with_people().get(pk=release.id)))
    first = Release.objects.with_people().get(name="1.0.0")
    assert fault_of(first) is None
    assert wrong_with(files_in(release_bundle(first)), genuine) is None


def test_c13_a_replaced_key_is_endorsed_inside_the_bundle_and_any_of_the_keys_will_do(review: Review, genuine: str):
    before = files_in(release_bundle(Release.objects.get()))
    second = rotate_site_key(caller=foundry_caller("command"), reason="Yearly").after
    after = files_in(release_bundle(Release.objects.get()))

    assert {name for name in before if before[name] != after[name]} == {
        "keys.jsonl",
        "manifest.jsonl",
        "report.html",
        "seal.json",
    }
    for pins in ((genuine,), (second,), (genuine, second), ()):
        assert wrong_with(after, *pins) is None
    assert f"  {second} was endorsed by {genuine}: Yearly" in said_of(after, second)
    assert genuine.encode() in after["report.html"]
    assert second.encode() in after["report.html"]


def test_c13_an_endorsement_that_does_not_fit_is_named(review: Review, genuine: str):
    rotate_site_key(caller=foundry_caller("command"), reason="Yearly")
    files = files_in(release_bundle(Release.objects.get()))
    rows = lines_of(files["keys.jsonl"])
    for member in ("seal", "next_seal", "statement"):
        made = json.loads(json.dumps(rows))
        text = made[1]["endorsement"][member]
        made[1]["endorsement"][member] = text.replace("Yearly", "Weekly") if member == "statement" else "00" * 64

        assert "keys.jsonl, line 2" in str(wrong_with(resealed({**files, "keys.jsonl": spelled(made)})))
    alone = [rows[0], {**rows[1], "endorsement": None}]
    assert "neither one that you name" in str(wrong_with(resealed({**files, "keys.jsonl": spelled(alone)}), genuine))


def test_without_a_known_key_the_verifier_says_that_it_compared_none(review: Review, genuine: str):
    files = files_in(release_bundle(Release.objects.get()))

    assert any(line.startswith("NOT COMPARED WITH A KNOWN KEY") for line in said_of(files))
    assert not any("NOT COMPARED" in line for line in said_of(files, genuine))
