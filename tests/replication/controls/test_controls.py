"""The controls of replication, each by what would happen without it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.callers import Caller
from audit.chain import first_prev_hash
from kernel.errors import ProjectFrozen
from projects.models import Project
from projects.services import update_project
from stages.registers.keys import own_site_key
from stages.registers.models import Bundle
from stages.replication.admission.services import join_project, revoke_site
from stages.replication.ingest import mark
from stages.replication.ingest.mark import CatchingUp
from stages.replication.models import HeldBundle
from tests.registers.storing.world import Desk
from tests.replication.admission.conftest import administrator, ann, boss  # noqa: F401 (fixtures)
from tests.replication.admission.world import Home
from tests.replication.ingest.world import Site, record
from tests.replication.test_copies_in_database import copy_of

pytestmark = pytest.mark.django_db

FIRST, SECOND = (f"0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5{digit}" for digit in "bc")


@pytest.fixture
def basel(ann: Desk) -> Site:  # noqa: F811 (the fixture)
    return Site(ann.project, "Basel").admit()


def came(site: Site) -> int:
    """How many bundles of a site are in the registers."""
    return Bundle.objects.filter(project=site.project_id, site_key=bytes.fromhex(site.site_key)).count()


def test_c30_a_text_that_its_person_has_not_signed_does_not_count(basel: Site) -> None:
    (bundle,) = basel.records(FIRST)
    (text, _signature), *others = bundle.operations
    basel.send(replace(bundle, operations=((text, bytes(64)), *others)))
    assert came(basel) == 0


def test_c30_a_chain_with_a_hole_does_not_count(basel: Site) -> None:
    first, _lost, third = (basel.write(record(each)) for each in (FIRST, SECOND, FIRST))
    basel.send(first, third)
    assert came(basel) == 1


def test_c31_what_is_not_accepted_is_kept_with_its_reason(ann: Desk) -> None:  # noqa: F811 (the fixture)
    nobody = Site(ann.project, "Nobody's")
    (bundle,) = nobody.records(FIRST)
    nobody.send(bundle)
    held = HeldBundle.objects.get()
    assert (held.reason, bytes(held.hash).hex(), held.decision) == ("unknown_site", bundle.hash, "")


def test_c32_an_altered_event_is_no_copy(project: Project) -> None:
    first = copy_of(project, 1, first_prev_hash(str(project.id)))
    first.save()
    altered = copy_of(project, 2, bytes(first.hash))
    altered.canonical = '{"action":"b"}'
    with pytest.raises(IntegrityError, match="does not follow"), transaction.atomic():
        altered.save()


def test_c32_a_replica_is_not_written_but_for_its_registers(administrator: Caller) -> None:  # noqa: F811 (the fixture)
    home = Home()
    replica = join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)
    with pytest.raises(ProjectFrozen):
        update_project(caller=administrator, project_id=replica.id, name="Ours now")
    Desk(replica, administrator).create_table()


def test_c33_what_a_revoked_site_wrote_afterwards_stays_outside(
    ann: Desk,  # noqa: F811 (the fixture)
    boss: Caller,  # noqa: F811 (the fixture)
    basel: Site,
) -> None:
    lyon = Site(ann.project, "Lyon").admit()
    basel.send(*basel.records(FIRST))
    revoke_site(caller=boss, project_id=ann.project.id, key=basel.site_key, reason="A laptop was stolen")
    (later,) = basel.records(SECOND)
    lyon.send(later)
    assert came(basel) == 1


@pytest.fixture
def data_folder(settings: Any, tmp_path: Path) -> Path:
    settings.FOUNDRY_DATA_DIR = tmp_path
    return tmp_path


@pytest.mark.usefixtures("data_folder")
def test_c34_a_restored_database_writes_nothing_under_a_number_that_was_used(
    ann: Desk,  # noqa: F811 (the fixture)
    basel: Site,
    data_folder: Path,
) -> None:
    (data_folder / mark.FOLDER).mkdir(exist_ok=True)
    written = json.dumps({"site_key": own_site_key().hex(), "number": 7})
    (data_folder / mark.FOLDER / f"{ann.project.id}.json").write_text(written)
    with pytest.raises(CatchingUp):
        ann.create({"title": "after the restore"})
