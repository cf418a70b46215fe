"""The copied record over REST."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.replication.home.copying import CopiedProject

pytestmark = pytest.mark.django_db
Get = Callable[..., Any]


@pytest.fixture
def get(copied: CopiedProject) -> Get:
    client = Client()
    client.force_login(copied.people["viewer"])

    def get(path: str, status: int = 200, **query: Any) -> Any:
        answer = client.get(f"/api/v1/projects/{copied.id}/home/{path}", query)
        assert answer.status_code == status, answer.content
        return answer.json()

    return get


def test_the_record_at_a_glance(copied: CopiedProject, get: Get) -> None:
    body = get("")
    assert body["copy"]["seq"] == body["copy"]["verified"] == copied.taken[-1].seq
    assert body["copy"]["home"] == {"key": copied.home_key, "name": "Uppsala", "is_linked": False}
    assert (body["status"], body["version"]["version_number"]) == ("open", 3)
    assert {each["field"] for each in body["held"]} == {"prompt_text", "files/topology.yaml"}


def test_versions_and_their_texts(get: Get) -> None:
    assert [each["version_number"] for each in get("versions/")["versions"]] == [3, 2, 1]
    assert [each["version_number"] for each in get("versions/", before=3)["versions"]] == [2, 1]
    detail = get("versions/3/")
    assert {each["field"]: each["is_here"] for each in detail["texts"]} == {
        "prompt_text": True,
        "model_configuration": True,
        "files/topology.yaml": True,
    }
    assert get("versions/3/text/", field="files/topology.yaml")["text"] == "nodes: 3\n"
    assert get("versions/1/text/", status=404, field="files/topology.yaml")["code"] == "not_found"
    assert get("versions/1/text/", status=400)["code"] == "validation_failed"


def test_comparisons(get: Get) -> None:
    body = get("compare/", base=1, target=3)
    assert (body["missing"], body["difference"]["counts"]["fields"]) == (0, 3)
    assert get("compare/", status=400, base=1)["code"] == "validation_failed"


def test_releases_and_leases(get: Get) -> None:
    (release,) = get("releases/")["releases"]
    assert (release["name"], release["state"]) == ("1.0.0", "released")
    assert [(each["meaning"], each["seal"]) for each in release["signatures"]] == [
        ("authored", "fits"),
        ("reviewed", "fits"),
        ("approved", "fits"),
    ]
    assert release["signatures"][1]["comment"] == "Read against v1 of the protocol"
    leases = get("leases/")["leases"]
    assert leases[0]["ended_at"] is None
    assert {each["saved_as"] for each in leases} == {2, 3}


def test_a_text_that_is_not_here(recorded: CopiedProject) -> None:
    recorded.take_all()
    client = Client()
    client.force_login(recorded.people["viewer"])
    (release,) = client.get(f"/api/v1/projects/{recorded.id}/home/releases/").json()["releases"]
    assert {each["seal"] for each in release["signatures"]} == {"not_here"}
