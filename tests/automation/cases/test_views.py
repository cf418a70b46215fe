"""The numbered cases of views that run code of modules: 43 and 45."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import expect

from stages.registers.models import Row
from tests.automation.foreign.conftest import Project, Sink
from tests.automation.foreign.site import STATUS
from tests.automation.foreign.test_page import PROPOSING
from tests.automation.foreign.test_views import drawn
from tests.browser.test_accessible import PHONE, in_both_themes, resize, too_wide

POLICY = "Content.Security.Policy|CSP|violates|Refused|WebTransport|worker|blob:"
ATTACK = Path(__file__).parent.parent / "foreign" / "attack.js"
LISTEN = "() => { globalThis.told = []; new BroadcastChannel('foundry').onmessage = ({ data }) => told.push(data); }"
# What may be tried without an answer that matters: it reaches nobody, as the sink says.
HARMLESS = {"channel", "worker", "location", "beacon"}


def test_case_43_nothing_leaves_a_view(foreign: Project, sink: Sink) -> None:
    facts = json.dumps({"sink": sink.address, "packets": sink.packets})
    page = foreign.show(f"const target = {facts};\n{ATTACK.read_text()}", expected=(POLICY,))
    page.evaluate(LISTEN)
    answer = page.locator(".drawn-place pre")
    expect(answer).to_be_visible(timeout=60_000)
    found = json.loads(answer.inner_text())
    assert found.pop("document") == "undefined"
    assert found.pop("origin") == "null"
    open_ways = {name: said for name, said in found.items() if not said.startswith("!") and name not in HARMLESS}
    assert open_ways == {}
    assert page.evaluate("told") == []
    assert sink.heard == []
    policy = page.request.get(page.url).headers["content-security-policy"]
    assert "unsafe" not in policy


def test_case_45_a_view_stages_what_it_may_and_we_show_it(foreign: Project) -> None:
    sha256 = foreign.adopt(PROPOSING)
    (study,) = foreign.create({"title": "One", "status": "open"})
    foreign.switch(sha256, STATUS)
    page = drawn(foreign.open(expected=("status of 403",)))
    page.get_by_role("button", name="Set the secret").click()
    said = page.locator(".drawn-place").get_by_role("listitem")
    expect(said).to_have_text(["not_granted studies.secret"])
    expect(page.locator(".drawn-staged")).to_have_count(0)
    page.get_by_role("button", name="Set the status").click()
    staged = page.get_by_role("region", name="1 change is staged for you")
    expect(staged.get_by_role("row", name="STU-1 One Status open done")).to_be_visible()
    assert status_of(foreign, study) == "open"
    assert in_both_themes(page) == []
    resize(page, PHONE)
    assert too_wide(page) == []
    resize(page, (1440, 900))
    staged.get_by_role("button", name="Discard").click()
    expect(said.last).to_have_text("discarded")
    expect(staged).to_have_count(0)
    page.get_by_role("button", name="Set the status").click()
    staged.get_by_role("button", name="Commit 1 change").click()
    expect(said.last).to_have_text("committed")
    assert status_of(foreign, study) == "done"
    # It is in the history, with the view that proposed it.
    page.goto(f"{foreign.world.address}registers/records/{study}/")
    expect(page.get_by_text("studies/overview").first).to_be_visible()


def status_of(foreign: Project, study: str) -> str:
    found: str = foreign.world.arrange(lambda: Row.objects.get(record=study, facet="studies").shown["status"])
    return found
