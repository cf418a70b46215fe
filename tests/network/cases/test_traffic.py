"""What goes over a line, byte for byte."""

from __future__ import annotations

import http.client
import json

from foundry_site.launcher.lines import Recording
from tests.network.acts import furnish
from tests.network.conftest import Trio
from tests.network.frames import everything
from tests.network.site import Site
from tests.patience import PATIENCE, until

# A member who has written nothing in the registers, what they called themselves, and with what they came.
HERMIT = "hermitbold"
AGENT = "Pelikan/7.3"
ADDRESS = "127.0.0.77"
REASON = "Zwieback for the hermit"


def test_nothing_of_the_record_goes_to_a_site_without_copies(apart: Trio) -> None:
    """Case 34. A site with copies gets what is looked for, so the search would find it."""
    network, (a, b, c) = apart.network, apart.sites
    project = network.begin_project(a)
    furnish(a.owner, project)
    if HERMIT not in a.people:
        a.add_people(HERMIT)
    a.owner.add_member(project, a.people[HERMIT], "viewer")
    describe(a, project, REASON)
    words = [each.encode() for each in (HERMIT.title(), AGENT, ADDRESS, REASON, "member.added")]
    with network.recorded() as without:
        network.connect(a, b, copies=False)
        network.wait_for_sync(a, b)
        describe(a, project, f"{REASON}, again")
        network.assert_same(a, b)
    assert b"bundles.push" in everything(without)
    # The words that describe a project are part of what a site joins.
    assert set(words) - set(missing(words, without)) <= {REASON.encode()}
    assert HERMIT.encode() not in everything(without)
    with network.recorded() as recordings:
        network.connect(a, c, copies=True)
        until(lambda: not missing(words, recordings), f"the copy at C has {words}")


def describe(site: Site, project: str, words: str) -> None:
    """Change the description of a project from another address, with another browser."""
    connection = http.client.HTTPConnection("127.0.0.1", site.node.port, timeout=PATIENCE, source_address=(ADDRESS, 0))
    authorization = f"Bearer {site.owner.token}"
    headers = {"Authorization": authorization, "Content-Type": "application/json", "User-Agent": AGENT}
    try:
        connection.request("PATCH", f"/api/v1/projects/{project}/", json.dumps({"description": words}), headers)
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def missing(words: list[bytes], recordings: list[Recording]) -> list[bytes]:
    said = everything(recordings)
    return [word for word in words if word not in said]
