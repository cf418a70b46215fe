"""Failed tries to sign are counted, lock signing and raise an alert (c17)."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
from django.db.models.functions import Now

from accounts.models import FailureCount
from audit.models import Event
from kernel.errors import (
    RateLimited,
    ReauthenticationFailed,
)
from publishing.credentials import SigningCredentials
from publishing.models import Release
from tests.publishing.reviews import Review

pytestmark = pytest.mark.django_db


def fail(review: Review, release: Release, times: int) -> None:
    wrong = SigningCredentials(username=review.people["owner"].username, password="wrong")
    for _ in range(times):
        with pytest.raises(ReauthenticationFailed):
            review.sign(release, "approved", "owner", proof=wrong)


def test_c17_failed_tries_lock_signing_and_alert(review: Review, release: Release, caplog):
    with caplog.at_level(logging.ERROR, "accounts"):
        fail(review, release, settings.FOUNDRY_LOCKOUT_FAILURES)

    assert f"ALERT: signing is locked for user {review.people['owner'].id}" in caplog.text
    with pytest.raises(RateLimited):
        review.sign(release, "approved", "owner")
    about = Event.objects.filter(target_id=str(review.people["owner"].id))
    assert about.filter(action="account.signing_failed").count() == settings.FOUNDRY_LOCKOUT_FAILURES
    assert about.get(action="account.signing_locked").data["failures"] == settings.FOUNDRY_LOCKOUT_FAILURES
    assert not about.filter(canonical__contains="wrong").exists()


def test_c17_the_lock_out_ends_and_failures_long_ago_are_forgotten(review: Review, release: Release):
    fail(review, release, settings.FOUNDRY_LOCKOUT_FAILURES)
    long_ago = Now() - 2 * settings.FOUNDRY_LOCKOUT_DURATION
    FailureCount.objects.update(failed_at=long_ago, locked_until=long_ago)

    review.sign(release, "approved", "owner")


def test_c17_a_success_takes_back_the_failures_before_it(review: Review, release: Release):
    fail(review, release, settings.FOUNDRY_LOCKOUT_FAILURES - 1)
    review.sign(release, "reviewed", "owner")

    fail(review, release, settings.FOUNDRY_LOCKOUT_FAILURES - 1)
    review.sign(release, "approved", "owner")


def test_c17_somebody_else_s_failures_lock_nobody_out(review: Review, release: Release):
    fail(review, release, settings.FOUNDRY_LOCKOUT_FAILURES)

    review.sign(release, "reviewed", "reviewer")
