"""What an admitted site says over and over adds neither events nor lines for ever."""

from __future__ import annotations

import pytest

from audit.models import Event
from projects.models import Project
from stages.replication.admission.services import introducing, take_introductions
from stages.replication.models import Peer
from tests.replication.admission.world import Elsewhere
from tests.replication.ingest.world import Site

pytestmark = pytest.mark.django_db


def test_a_revocation_that_is_reported_with_one_cut_after_the_other(project: Project) -> None:
    liar, victim = Site(project, "Mallory").admit(), Site(project, "Basel").admit()
    for number in range(1, 6):
        said = Elsewhere(project.id, "Basel").introduction(revoked={"number": number, "hash": "ab" * 32})
        assert said["key"] == victim.site_key
        take_introductions(project_id=project.id, peer_key=liar.site_key, introductions=[said])
    assert Event.objects.of_project(project.id).filter(action="site.revocation_reported").count() == 1


def test_one_site_does_not_name_so_many_that_others_can_name_none(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(introducing, "MAX_INTRODUCED", 3)
    liar, honest = Site(project, "Mallory").admit(), Site(project, "Chur").admit()
    invented = [Elsewhere(project.id, f"Invented {number}").introduction() for number in range(9)]
    assert take_introductions(project_id=project.id, peer_key=liar.site_key, introductions=invented) == 3
    basel = Elsewhere(project.id, "Basel").introduction()
    assert take_introductions(project_id=project.id, peer_key=honest.site_key, introductions=[basel]) == 1
    assert Peer.objects.filter(project=project, admitted_at=None).count() == 4
