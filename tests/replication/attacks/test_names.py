"""Any site can certify any key: that does not change under whose name somebody else's changes are shown."""

from __future__ import annotations

import pytest
from django.utils import timezone

from stages.registers.models import ActorKey
from stages.registers.reading.actors import Actors
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.foreign_site import certify
from tests.registers.storing.world import Desk
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db


def test_a_name_is_that_of_the_site_in_whose_chain_the_key_writes(ann: Desk) -> None:
    mallory, basel = Site(ann.project, "Mallory").admit(), Site(ann.project, "Basel")
    # It has seen the key, and is faster than the site whose it is.
    false = certify(mallory.key, basel.person, "Mallory")
    ActorKey.objects.create(
        public_key=basel.person.verify_key.encode(),
        site_key=bytes.fromhex(mallory.site_key),
        certificate=false.text,
        seal=false.seal,
        created_at=timezone.now(),
    )
    basel.admit().send(*basel.records(numbered_id(5)))
    assert Actors(ann.project.id).get(basel.person.verify_key.encode().hex()).name == "Cleo"
