"""Any site can certify any key: that does not change under whose name somebody else's changes are shown."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import Event
from stages.registers.models import ActorKey
from stages.registers.reading.actors import Actors
from tests.registers.fold.writing import numbered_id
from tests.registers.storing.foreign_site import certify
from tests.registers.storing.world import REQ, Desk
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


def test_what_came_from_another_site_is_named_by_its_person_and_site_and_not_by_foundry(ann: Desk) -> None:
    ann.create({"title": "made here"})
    basel, record = Site(ann.project, "Basel").admit(), numbered_id(5)
    basel.send(*basel.records(record))
    event = Event.objects.of_project(ann.project.id).get(action="register.ingested")
    assert (event.data["people"], event.data["site_name"]) == (["Cleo"], "Basel")
    client = Client()
    client.force_login(ann.caller.user)
    cell = client.get(reverse("registers:cell", args=[ann.project.id, REQ]), {"record": record, "field": "title"})
    assert "Cleo, Basel," in " ".join(cell.content.decode().split())
    page = client.get(reverse("registers:record", args=[ann.project.id, record])).content.decode()
    assert "Cleo · Basel" in page
    assert "Foundry ·" not in page
