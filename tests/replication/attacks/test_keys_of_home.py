"""Home is a key that was admitted as home, and those that it followed: not whoever says that it is the same site."""

from __future__ import annotations

import copy

import pytest
from django.utils import timezone
from nacl.signing import SigningKey

from audit.keys.text import fingerprint_of
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from projects.models import Project
from stages.replication.admission.services import take_key_chain
from stages.replication.home.checkpoints import keys_of_home
from stages.replication.models import CopiedCheckpoint, Peer
from tests.replication.admission.world import Elsewhere
from tests.replication.home.copying import CopiedProject

pytestmark = pytest.mark.django_db


def test_a_site_that_says_it_is_home_vouches_for_nothing(recorded: CopiedProject) -> None:
    mallory = SigningKey.generate()
    site = recorded.home.site_id
    key = mallory.verify_key.encode()
    Peer.objects.create(project=recorded.project, key=key, site_id=site, name="Uppsala", admitted_at=timezone.now())
    push = copy.deepcopy(recorded.pushes[-1])
    proof = push["checkpoint"]
    statement = parse(proof["text"])
    assert isinstance(statement, dict)
    text = canonical({**statement, "key": fingerprint_of(key)})
    proof |= {"text": text, "key": key.hex(), "signature": mallory.sign(text.encode()).signature.hex()}
    with pytest.raises(ValidationFailed, match="not known as the key of home"):
        recorded.take(push)
    assert not CopiedCheckpoint.objects.exists()


def test_a_key_that_home_endorsed_counts_with_the_one_before(project: Project) -> None:
    uppsala = Elsewhere(project.id, "Uppsala")
    old = bytes.fromhex(uppsala.site_key)
    Peer.objects.create(
        project=project, key=old, site_id=uppsala.site_id, name="Uppsala", admitted_at=timezone.now(), is_home=True
    )
    link = uppsala.take_new_key()
    assert take_key_chain(project_id=project.id, key=uppsala.site_key, chain=[link])
    home = Peer.objects.get(project=project, is_home=True)
    assert keys_of_home(home) == {old, bytes.fromhex(uppsala.site_key)}
    # It endorses itself: nothing of home's leads there.
    mallory = Elsewhere(project.id, "Uppsala")
    assert not take_key_chain(project_id=project.id, key=mallory.site_key, chain=[mallory.take_new_key()])
    assert keys_of_home(home) == {old, bytes.fromhex(uppsala.site_key)}
