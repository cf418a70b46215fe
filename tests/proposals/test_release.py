"""Four eyes at the release of an accepted version, and the recount that a bundle brings along (case 35)."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.callers import foundry_caller
from accounts.models import User
from accounts.services import set_password
from accounts.suspension import restore_signing
from kernel.errors import Conflict
from publishing.credentials import SigningCredentials
from publishing.models import Release
from publishing.services import sign_release, submit_release
from tests.proposals.conftest import World
from tests.publishing.bundles import files_in, release_bundle, said_of, wrong_with
from tests.publishing.reviews import PASSWORD, caller_of

pytestmark = pytest.mark.django_db


def sign(user: User, release: Release, meaning: str) -> Any:
    set_password(caller=foundry_caller("command"), user_id=user.id, password=PASSWORD)
    restore_signing(caller=foundry_caller("command"), user_id=user.id, reason="It is them")
    user.refresh_from_db()
    proof = SigningCredentials(username=user.username, password=PASSWORD)
    return sign_release(caller=caller_of(user), release_id=release.id, meaning=meaning, proof=proof)


@pytest.fixture
def release(world: World) -> Release:
    """Ed proposed, Rae approved, Mara accepted and submitted."""
    world.require(approvals=1)
    proposal = world.open()
    world.vote(proposal, "rae")
    world.accept(proposal, "mara")
    caller = caller_of(world.people["mara"])
    return submit_release(caller=caller, project_id=world.project.id, name="1.0", version=world.version, notes="")


@pytest.mark.parametrize("name", ["ed", "mara"])
def test_c21_who_wrote_or_accepted_a_proposal_does_not_approve_its_release(world: World, release: Release, name: str):
    with pytest.raises(Conflict):
        sign(world.people[name], release, "approved")


def test_c21_the_bundle_of_a_release_counts_the_approvals_of_its_acceptances_again(world: World, release: Release):
    sign(world.people["mara"], release, "authored")
    sign(world.people["olga"], release, "approved")
    files = files_in(release_bundle(Release.objects.get(pk=release.id)))
    assert wrong_with(files) is None
    assert any("1 acceptances of proposals, their approvals counted again" in line for line in said_of(files))
    lines = files["events.jsonl"].splitlines(keepends=True)
    kept = [line for line in lines if b"proposal.voted" not in line]
    assert len(kept) == len(lines) - 1
    assert wrong_with({**files, "events.jsonl": b"".join(kept)}) is not None
