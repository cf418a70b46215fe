"""What the tests of proposals in the workspace share."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from drafts.reading import get_draft, texts_of
from proposals.models import Change, Proposal
from proposals.services import create_proposal
from tests.browser.people import Person, World


def staged(world: World, name: str = "editor", *, title: str = "Shorter refusals", **changes: Any) -> Proposal:
    """A private proposal of somebody's, made without a browser."""

    def make() -> Proposal:
        facts: dict[str, Any] = {"title": title, "base_version": 12, "changes": changes}
        return create_proposal(caller=world.caller(name), project_id=world.project.id, **facts)

    made: Proposal = world.arrange(make)
    return made


def open_proposal(person: Person, proposal: Proposal, field: str = "") -> Page:
    """The workspace over a proposal, its socket open."""
    more = f"&field={field}" if field else ""
    person.page.goto(f"{person.world.address}?proposal={proposal.id}{more}")
    expect(person.page.locator(".ws[data-line='live']")).to_be_visible()
    return person.page


def write(person: Person, words: str) -> None:
    """Write at the beginning of the text, without a lock."""
    person.text.click()
    person.page.keyboard.press("ControlOrMeta+Home")
    person.page.keyboard.type(words)


def keeps(proposal: Proposal, words: str, field: str = "prompt_text") -> bool:
    """Whether the server has staged a text that begins with these words."""
    values = Change.objects.filter(proposal=proposal, target=field).values_list("value", flat=True)
    return any(value is not None and value.startswith(words) for value in values)


def save(world: World, name: str, field: str, text: str) -> None:
    """Somebody saves a field, under a lock of a moment."""

    def write() -> None:
        writer = world.writer(name)
        version = get_draft(project_id=world.project.id, version=None).version_number
        writer.save({field: text}, writer.take(field), base=version, release_locks=True)

    world.arrange(write)


def prompt_of(world: World) -> str:
    """The current prompt."""

    def read() -> str:
        return texts_of([get_draft(project_id=world.project.id, version=None)], "prompt_text")[0]

    found: str = world.arrange(read)
    return found
