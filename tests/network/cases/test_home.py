"""The record of home at a real other site: it comes over the link, is read there, and nothing of it changes there."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from accounts.models import User
from drafts.exchange.exporting import export_project
from drafts.exchange.verification import verify_file
from projects.services import add_member
from tests.cast import new_reviewed
from tests.network.conftest import Trio
from tests.network.network import TestNetwork
from tests.network.site import Site
from tests.patience import until
from tests.publishing.reviews import Review, begun, caller_of


def begin(trio: Trio, *, copies: bool) -> tuple[TestNetwork, Site, Site, Review]:
    """A home with one version of a text, and another site that has joined."""
    network, home, other = trio.network, trio.a, trio.b
    with home.opened():
        review = begun(*new_reviewed())
        # The home's own node knows nothing of a lock that this process has taken, and would end it.
        review.writer.give_back()
        owner = User.objects.get(pk=UUID(home.owner.id))
        add_member(
            caller=caller_of(review.people["owner"]), project_id=review.project.id, user_id=owner.id, role="owner"
        )
    network.project = str(review.project.id)
    network.connect(home, other, copies=copies)
    return network, home, other, review


def at_home(network: TestNetwork, other: Site, path: str = "") -> Any:
    return other.owner.get(f"projects/{network.project}/home/{path}")


def test_versions_and_releases_of_home_come_and_are_read(apart: Trio) -> None:
    network, home, other, review = begin(apart, copies=True)
    until(lambda: at_home(network, other)["copy"]["seq"] > 0, "the record comes")
    with home.opened():
        review.save("# Role\nBe exact and brief.\n")
        review.release("1.0.0", notes="For the first study.")
    until(lambda: len(at_home(network, other, "releases/")["releases"]) == 1, "the release comes")
    until(lambda: seals(network, other) == ["fits"] * 3, "its statements come")
    record = at_home(network, other)
    assert record["status"] == "frozen"
    assert record["copy"]["verified"] == record["copy"]["seq"]
    assert at_home(network, other, "versions/2/text/?field=prompt_text")["text"] == "# Role\nBe exact and brief.\n"
    with other.opened():
        verified = verify_file(io.BytesIO(b"".join(export_project(project_id=review.project.id))))
    assert (verified.header.is_replica, verified.counts["copied_event"]) == (True, record["copy"]["seq"])


def test_an_older_text_comes_when_it_is_opened(apart: Trio) -> None:
    network, home, other, review = begin(apart, copies=True)
    with home.opened():
        review.save("# Role\nBe exact and brief.\n")
        review.save("# Role\nBe exact, brief and kind.\n")
    until(lambda: is_text(other, network, 3), "the newest text comes by itself")
    network.disconnect(home, other)
    status, code = other.owner.refused("GET", f"projects/{network.project}/home/versions/2/text/?field=prompt_text")
    assert (status, code) == (404, "not_here_yet")
    network.connect(home, other)
    until(lambda: is_text(other, network, 2), "the older one comes once home is there again")


def is_text(other: Site, network: TestNetwork, version: int) -> bool:
    path = f"v1/projects/{network.project}/home/versions/{version}/text/?field=prompt_text"
    return other.owner.request("GET", path).status == 200


def seals(network: TestNetwork, other: Site) -> list[str]:
    return [each["seal"] for each in at_home(network, other, "releases/")["releases"][0]["signatures"]]


def test_without_copies_nothing_of_the_record_comes(apart: Trio) -> None:
    network, home, other, review = begin(apart, copies=False)
    home.owner.create_table(network.project, "requirements", columns=[{"name": "title"}])
    with home.opened():
        review.save("# Role\nBe secret.\n")
    home.owner.create(network.project, "requirements", title="It stops")
    network.wait_for_sync()
    query = "SELECT count(*) FROM replication_copiedevent WHERE project_id = %s"
    assert other.rows(query, [network.project]) == [(0,)]
    assert at_home(network, other)["copy"]["seq"] == 0


def _acts(project: str, other: Site) -> dict[str, Callable[[], Any]]:
    """Ways of the replica into what is home's."""
    base = f"projects/{project}/"
    session = "01890000-0000-7000-8000-000000000000"
    prompt = {"prompt_text": "Changed"}
    saving = {"base_version": 1, "changes": prompt, "tokens": {}, "session_id": session}

    def refused(path: str, body: dict[str, Any]) -> Callable[[], Any]:
        return lambda: other.owner.request("POST", f"v1/{base}{path}", body)

    return {
        "save": refused("drafts/", saving),
        "lock": refused("locks/", {"field": "prompt_text", "session_id": session}),
        "undo": refused("undo/", {"session_id": session}),
        "release": refused("releases/", {"name": "9.9", "version": 1}),
        "archive": refused("archive/", {}),
        "update": lambda: other.owner.request("PATCH", f"v1/{base}", {"name": "Mine"}),
    }


def test_nothing_of_home_changes_at_a_replica(apart: Trio) -> None:
    network, _home, other, _review = begin(apart, copies=True)
    until(lambda: at_home(network, other)["copy"]["seq"] > 0, "the record comes")
    for name, act in _acts(network.project, other).items():
        answer = act()
        said = json.dumps(answer.body) if isinstance(answer.body, dict) else ""
        assert (name, answer.status, answer.code) == (name, 409, "project_frozen"), said
        assert apart.a.name in said, name
