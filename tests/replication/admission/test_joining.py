"""Joining: a replica appears here, owned by whoever joined, with its home (case 1)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from accounts.callers import Caller
from audit.models import Event
from audit.services import site_id
from audit.verification import verify
from kernel.errors import ClientRefReused, Conflict, PermissionDenied, ProjectFrozen, ValidationFailed
from locking.services import acquire_lock
from projects.models import Member, Project, Role, Status
from projects.services import archive_project, reopen_project, update_project
from stages.registers.models import Row
from stages.registers.services.records import create_records
from stages.registers.services.tables import create_table
from stages.replication.admission.services import invite_site, join_project, revoke_site
from stages.replication.models import Peer
from tests.replication.admission.world import Elsewhere, Home

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Home:
    return Home()


@pytest.fixture
def replica(home: Home, administrator: Caller) -> Project:
    return join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)


def test_a_replica_has_the_id_of_the_project_and_whoever_joined_as_its_owner(
    home: Home, replica: Project, administrator: Caller, settings: Any
) -> None:
    assert (replica.id, replica.name, replica.description) == (home.project, "Oncology agent", "Reads protocols")
    assert (replica.status, replica.is_private) == (Status.REPLICA, True)
    (member,) = Member.objects.filter(project=replica)
    assert (member.user, member.role) == (administrator.user, Role.OWNER)
    peer = Peer.objects.get(project=replica)
    assert (peer.key_text, peer.site_id, peer.name, peer.is_home) == (home.site_key, home.site, "Uppsala", True)
    assert (peer.admitted_by, peer.rights, peer.copies) == (administrator.user, "writes", True)
    (event,) = Event.objects.of_project(replica.id).filter(action="project.joined")
    assert (event.actor_id, event.at) == (administrator.user.id, peer.admitted_at)
    (asked,) = home.asked
    assert (asked["address"], asked["key"], asked["project"]) == (
        "wss://uppsala.example",
        home.site_key,
        str(home.project),
    )
    assert asked["hello"]["code"] == "once"
    assert (asked["hello"]["site"], asked["hello"]["address"]) == (site_id(), settings.FOUNDRY_SITES_URL)


def test_a_project_that_is_here_is_not_joined_again_and_its_site_not_even_dialled(
    home: Home, replica: Project, administrator: Caller
) -> None:
    with pytest.raises(Conflict, match="here already"):
        join_project(caller=administrator, text=home.invitation(code="another"), handshake=home.handshake)
    assert len(home.asked) == 1


def test_nobody_joins_a_project_of_this_site(project: Project, boss: Caller, administrator: Caller) -> None:
    text = invite_site(caller=boss, project_id=project.id, rights="writes", copies=False).text
    with pytest.raises(Conflict, match="here already"):
        join_project(caller=administrator, text=text, handshake=Home().handshake)


def test_a_repeated_request_gets_the_same_replica(home: Home, administrator: Caller) -> None:
    caller = replace(administrator, client_ref=uuid4())
    first = join_project(caller=caller, text=home.invitation(), handshake=home.handshake)
    second = join_project(caller=caller, text=home.invitation(), handshake=home.handshake)
    assert (second.id, second.repeated, len(home.asked)) == (first.id, True, 1)
    with pytest.raises(Conflict):
        join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)
    other = Home(project=home.project)
    with pytest.raises(ClientRefReused):
        join_project(caller=caller, text=other.invitation(), handshake=other.handshake)


def test_only_administrators_join(home: Home, boss: Caller) -> None:
    with pytest.raises(PermissionDenied):
        join_project(caller=boss, text=home.invitation(), handshake=home.handshake)
    assert home.asked == []


def test_where_the_other_site_refuses_nothing_is_kept(home: Home, administrator: Caller) -> None:
    def refuse(**_asked: Any) -> Any:
        raise PermissionDenied("This code does not admit a site.")

    with pytest.raises(PermissionDenied):
        join_project(caller=administrator, text=home.invitation(), handshake=refuse)
    assert not Project.objects.filter(pk=home.project).exists()


@pytest.mark.parametrize(
    "answers",
    [
        {"project": None},
        {"project": {"id": str(uuid4()), "name": "x", "description": ""}},
        {"project": {"id": 1, "name": "x", "description": ""}},
        {"home": {}},
        {"home": {"key": "00" * 32, "site": None, "name": "", "address": ""}},
        {"home": 3},
    ],
)
def test_an_answer_that_is_not_understood_joins_nothing(
    home: Home, administrator: Caller, answers: dict[str, Any]
) -> None:
    home.answers = answers
    with pytest.raises(ValidationFailed):
        join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)
    assert not Project.objects.filter(pk=home.project).exists()


def test_the_record_of_a_join_verifies(replica: Project, administrator: Caller) -> None:
    invite_site(caller=administrator, project_id=replica.id, rights="reads", copies=False)
    assert verify().findings == []
    Project.objects.filter(pk=replica.id).update(status=Status.OPEN)
    assert [each.what for each in verify().findings] != []


def test_who_is_invited_by_a_replica_knows_the_home_too(home: Home, administrator: Caller) -> None:
    lyon = Elsewhere(home.project, "Lyon")
    home.answers["home"] = {"key": lyon.site_key, "site": str(lyon.site_id), "name": "Lyon", "address": ""}
    project = join_project(caller=administrator, text=home.invitation(), handshake=home.handshake)
    inviter, found = Peer.objects.filter(project=project).order_by("is_home")
    assert (inviter.key_text, inviter.is_home, inviter.is_admitted) == (home.site_key, False, True)
    assert (found.key_text, found.is_home, found.is_admitted) == (lyon.site_key, True, False)
    assert bytes(found.introduced_by or b"").hex() == home.site_key


def test_what_home_alone_may_do_is_refused_and_the_refusal_names_the_home(
    replica: Project, administrator: Caller
) -> None:
    about: dict[str, Any] = {"caller": administrator, "project_id": replica.id}
    for act in (
        lambda: update_project(**about, name="Mine"),
        lambda: archive_project(**about),
        lambda: reopen_project(**about, reason="x"),
        lambda: acquire_lock(**about, field="prompt_text", session_id=uuid4()),
    ):
        with pytest.raises(ProjectFrozen, match="Uppsala") as refusal:
            act()
        assert refusal.value.extra == {"project_status": "replica", "home": "Uppsala"}


def test_a_replica_keeps_records_and_invites_further_sites(replica: Project, administrator: Caller, home: Home) -> None:
    about: dict[str, Any] = {"caller": administrator, "project_id": replica.id}
    create_table(**about, table="requirements", columns=[{"name": "title"}])
    create_records(**about, table="requirements", rows=[{"title": "Pump stops"}])
    assert Row.objects.filter(project=replica, facet="requirements").count() == 1
    assert invite_site(**about, rights="reads", copies=False).text


def test_an_owner_leaves_by_revoking_the_sites(replica: Project, administrator: Caller, home: Home) -> None:
    peer = revoke_site(caller=administrator, project_id=replica.id, key=home.site_key, reason="The trial is over")
    assert (peer.is_admitted, peer.is_home, peer.cut_number) == (False, True, 0)
    with pytest.raises(ProjectFrozen, match="Uppsala"):
        archive_project(caller=administrator, project_id=replica.id)


def test_a_name_that_shows_nothing_is_that_of_the_invitation(
    home: Home, administrator: Caller, caller_for: Callable[..., Caller]
) -> None:
    home.answers["project"] = {"id": str(home.project), "name": "  ", "description": " two\nlines "}
    joined = join_project(caller=administrator, text=home.invitation(name="As invited"), handshake=home.handshake)
    assert (joined.name, joined.description) == ("As invited", "two\nlines")
