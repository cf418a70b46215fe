"""*At home*: what a replica shows of the record that it has copied."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from publishing.models import Release
from stages.replication.home.keeping import keep_texts, missing_texts
from stages.replication.models import CopiedEvent, Peer, WantedContent
from tests.replication.home.copying import CopiedProject

pytestmark = pytest.mark.django_db
Get = Callable[..., str]


@pytest.fixture
def get(copied: CopiedProject) -> Get:
    return getter(copied)


def getter(project: CopiedProject, person: str = "viewer") -> Get:
    client = Client()
    client.force_login(project.people[person])

    def get(name: str, *args: object, status: int = 200, **query: Any) -> str:
        answer = client.get(reverse(f"replication_home:{name}", args=[project.id, *args]), query)
        assert answer.status_code == status, answer.content.decode()[:2000]
        return answer.content.decode()

    return get


def test_the_overview_says_how_good_the_copy_is_and_what_it_says(copied: CopiedProject, get: Get) -> None:
    page = get("overview")
    seq = copied.taken[-1].seq
    assert f"Verified up to {seq}, now" in " ".join(page.split())
    assert "Copy of the record of Uppsala" in page
    assert "v3" in page
    assert "2 of 3 fields" in page
    assert "Release 1.0.0" in page
    assert page.count("The seal fits, verified here") == 3
    assert "Held then" in page


def test_it_is_the_first_page_of_a_replica(copied: CopiedProject) -> None:
    client = Client()
    client.force_login(copied.people["viewer"])
    here = reverse("replication_home:overview", args=[copied.id])
    for name in ("workspace", "history", "releases"):
        assert client.get(reverse(f"workspace:{name}", args=[copied.id])).headers["Location"] == here
    tabs = client.get(here).content.decode().split('id="project-tabs"')[1].split("</nav>")[0]
    assert "At home" in tabs
    assert "Workspace" not in tabs


def test_a_project_that_is_at_home_here_has_no_such_page(project: Any, owner: Any) -> None:
    client = Client()
    client.force_login(owner)
    assert client.get(reverse("replication_home:overview", args=[project.id])).status_code == 404
    workspace = client.get(reverse("workspace:workspace", args=[project.id]))
    assert "At home" not in workspace.content.decode().split('id="project-tabs"')[1].split("</nav>")[0]


def test_versions_are_listed_with_what_they_changed(get: Get) -> None:
    page = get("versions")
    assert [f">v{number}</a>" in page for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert "topology.yaml" in page
    assert "delta-plus" in page


def test_the_text_of_a_version_is_read(get: Get) -> None:
    page = get("version", 2, field="prompt_text")
    assert "Be exact and brief." in page
    assert "Read-only" in page
    get("version", 9, status=404)
    get("version", 2, field="files/topology.yaml", status=404)
    get("version", 2, field="../x", status=400)


def test_two_versions_are_compared(get: Get) -> None:
    page = get("compare", base=1, target=3)
    assert "Be exact." in page
    assert "kind" in page
    assert "topology.yaml" in page
    assert "unified" in get("compare", base=1, target=3, view="unified")
    get("compare", base=1, target=9, status=404)
    assert "Be exact." in get("compare_fold", base=1, field="prompt_text", old=1, new=1, count=2)


def test_a_release_has_its_notes_and_signatures(copied: CopiedProject, get: Get) -> None:
    assert "1.0.0" in get("releases")
    release = CopiedEvent.objects.get(project=copied.project, action="release.submitted").record["target"]["id"]
    page = get("release", release)
    assert "Reviewed for the first study." in page
    assert "Read against v1 of the protocol" in page
    assert page.count("The seal fits, verified here") == 3
    get("release", copied.id, status=404)


def test_who_held_what_says_how_it_ended(get: Get) -> None:
    page = get("leases")
    assert "Held then" in page
    assert "Saved as v2" in page


def test_a_text_that_is_not_here_is_asked_for_and_says_who_has_it(recorded: CopiedProject) -> None:
    recorded.take_all()
    release = CopiedEvent.objects.get(project=recorded.project, action="release.submitted").record["target"]["id"]
    get = getter(recorded)
    page = get("release", release)
    assert "Not here yet, Uppsala has it" in page
    assert page.count("Its statement is not here yet") == 3
    keep_texts(recorded.id, {digest: recorded.texts[digest] for digest in missing_texts(recorded.id)})
    assert "The seal fits" in get("release", release)


def test_nothing_is_copied_yet(recorded: CopiedProject) -> None:
    page = getter(recorded)("overview")
    assert "Nothing copied yet" in page
    assert "No record of home yet" in page
    for name in ("versions", "compare", "releases", "leases"):
        assert "No record of home yet" in getter(recorded)(name)


def test_a_home_that_is_away_and_one_with_another_record_are_said(copied: CopiedProject, get: Get) -> None:
    assert "Uppsala away since" in " ".join(get("overview").split())
    Peer.objects.filter(pk=copied.home.pk).update(connected_at=copied.home.last_seen_at)
    assert "Uppsala linked" in get("overview")
    Peer.objects.filter(pk=copied.home.pk).update(alarm={"kind": "other_record", "at": "", "detail": "It differs."})
    page = get("overview")
    assert "Not verified" in page
    assert "It differs." in page


@pytest.mark.parametrize("name", ["overview", "versions", "compare", "releases", "leases"])
def test_a_page_needs_at_most_thirty_queries(
    copied: CopiedProject, name: str, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = Client()
    client.force_login(copied.people["viewer"])
    address = reverse(f"replication_home:{name}", args=[copied.id])
    client.get(address)
    with django_assert_max_num_queries(30):
        assert client.get(address).status_code == 200


def test_a_page_of_a_version_needs_at_most_thirty_queries(
    copied: CopiedProject, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = Client()
    client.force_login(copied.people["viewer"])
    release = CopiedEvent.objects.get(project=copied.project, action="release.submitted").record["target"]["id"]
    client.get(reverse("replication_home:overview", args=[copied.id]))
    with django_assert_max_num_queries(30):
        client.get(reverse("replication_home:version", args=[copied.id, 3]))
    with django_assert_max_num_queries(30):
        client.get(reverse("replication_home:release", args=[copied.id, release]))


def test_an_outsider_finds_nothing(copied: CopiedProject, outsider: Any) -> None:
    client = Client()
    client.force_login(outsider)
    assert client.get(reverse("replication_home:overview", args=[copied.id])).status_code == 404


def test_nothing_is_written_into_the_tables_of_home(copied: CopiedProject, get: Get) -> None:
    before = (Release.objects.count(), WantedContent.objects.count())
    get("overview")
    get("compare")
    get("releases")
    assert (Release.objects.count(), WantedContent.objects.count()) == before
