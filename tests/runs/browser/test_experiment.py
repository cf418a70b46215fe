"""An experiment, live: models answer while somebody else watches; one is stopped; something further is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from stages.runs.models import Experiment, Message, Run
from stages.runs.pages.cards import MAX_ANSWER
from stages.runs.services import disable_profile, replace_key
from tests.browser.people import Person, World
from tests.runs.browser.conftest import Models
from tests.runs.provider import TEXT

Address = Callable[[Experiment], str]
# More than one gateway frame of them.
LONG = 100_000


def card(page: Page, name: str) -> Locator:
    """The card of a model."""
    return page.locator(".run-answer", has=page.get_by_role("heading", name=name, exact=True))


def state(page: Page, name: str) -> Locator:
    return card(page, name).locator(".badge")


@pytest.mark.usefixtures("runner")
def test_three_models_answer_while_somebody_watches_and_one_is_stopped(
    person: Callable[..., Person], models: Models, address_of: Address
) -> None:
    quick, halts, other = models.add("quick", "halts", "halts:2")
    experiment = models.experiment()
    daniel, mara = person("editor"), person("owner")
    for each in (daniel, mara):
        each.open(address_of(experiment))
    expect(mara.page.locator("#who-is-here .person-name")).to_have_text("Daniel")
    models.start(experiment, quick, halts, other)

    for page in (daniel.page, mara.page):
        expect(state(page, "Quick")).to_have_text("Answered")
        expect(card(page, "Quick").locator(".answer-text")).to_have_text(TEXT)
        # Half of the answer has come.
        expect(card(page, "Halts").locator(".answer-text")).to_contain_text(TEXT[:3])
        expect(state(page, "Halts")).to_have_text("Answering")
        expect(page.locator("#experiment-head .badge")).to_have_text("Running")
        expect(page.locator(".console-line", has_text="Asks Quick")).to_be_visible()
    card(daniel.page, "Halts 2").get_by_role("button", name="Stop Halts 2").click()
    expect(state(mara.page, "Halts 2")).to_have_text("Stopped")
    models.provider.released.set()
    for page in (daniel.page, mara.page):
        expect(state(page, "Halts")).to_have_text("Answered")
        expect(card(page, "Halts").locator(".answer-text")).to_have_text(TEXT)
        expect(page.locator("#experiment-head .badge")).to_have_text("Done")
        expect(page.locator(".console-foot [data-line=ended]")).to_be_visible()


@pytest.mark.usefixtures("runner")
def test_a_failed_run_says_why_and_is_tried_again(
    person: Callable[..., Person], models: Models, world: World, address_of: Address
) -> None:
    experiment = models.experiment()
    models.start(experiment, *models.add("wrong-key"))
    page = person("editor").open(address_of(experiment))
    failure = page.locator(".run-failure")
    expect(failure).to_contain_text("Wrong Key did not answer. The provider refused its key.")
    failure.get_by_role("button", name="Show the call").click()
    call = page.locator(".call")
    expect(call).to_contain_text("authentication")
    expect(call.locator("code").first).to_be_visible()
    (run,) = world.arrange(lambda: list(Run.objects.filter(experiment=experiment).select_related("profile")))
    caller = world.caller("owner")
    world.arrange(lambda: replace_key(caller=caller, profile_id=run.profile_id, key="sk-another-0123456789"))
    expect(failure).to_contain_text("Its key was replaced since.")
    failure.get_by_role("button", name="Try again").click()
    expect(page.locator("#calls-count")).to_have_text("2")


@pytest.mark.usefixtures("runner")
def test_something_further_is_asked_of_one_answer(
    person: Callable[..., Person], models: Models, world: World, address_of: Address
) -> None:
    experiment = models.experiment()
    models.start(experiment, *models.add("quick", "second"))
    page = person("editor").open(address_of(experiment))
    expect(page.locator("#experiment-head .badge")).to_have_text("Done")
    card(page, "Quick").get_by_role("link", name="Follow up").click()
    form = page.locator(".run-composer")
    expect(form).to_contain_text("Continues from Quick’s answer")
    expect(form.get_by_role("button", name="Ask 1 model")).to_be_enabled()
    text = form.get_by_label("Your question")
    # What the keys do is the page's script's.
    page.wait_for_load_state()
    text.fill("And at night?")
    text.press("ControlOrMeta+Enter")
    expect(page.locator(".question")).to_have_count(2)
    expect(page.locator(".question").last).to_contain_text("goes on from 1 Quick")
    expect(text).to_have_value("")
    message = world.arrange(lambda: Message.objects.get(experiment=experiment, number=2))
    assert message.base_run_id == world.arrange(
        lambda: Run.objects.get(experiment=experiment, profile__name="quick", message__number=1).id
    )


def test_what_was_typed_survives_a_refusal_and_a_broken_line(
    person: Callable[..., Person], models: Models, world: World, address_of: Address
) -> None:
    (quick,) = models.add("quick")
    experiment = models.experiment()
    daniel = person("editor")
    # The body may be fetched while there is no line, because the model was disabled.
    daniel.expected.append("409|ERR_INTERNET_DISCONNECTED|Failed to load resource|htmx:")
    page = daniel.open(address_of(experiment))
    text = page.locator(".run-composer").get_by_label("Your question")
    text.fill("And at night?")
    world.arrange(lambda: disable_profile(caller=world.caller("owner"), profile_id=quick.id))
    page.locator(".run-composer").get_by_role("button", name="Ask 1 model").click()
    expect(page.locator(".run-composer [role=alert]")).to_have_text("The model Quick is disabled.")
    expect(text).to_have_value("And at night?")
    page.context.set_offline(True)
    text.fill("And at night, offline?")
    page.context.set_offline(False)
    expect(text).to_have_value("And at night, offline?")


@pytest.mark.usefixtures("runner")
def test_a_long_answer_is_complete_for_who_comes_late_and_who_was_away(
    person: Callable[..., Person], models: Models, address_of: Address
) -> None:
    whole = ("0123456789 <i>abc</i> " * (LONG // 21))[:LONG].strip()
    models.provider.texts["halts"] = whole
    experiment = models.experiment()
    daniel = person("editor")
    daniel.expected.append("ERR_INTERNET_DISCONNECTED|WebSocket")
    page = daniel.open(address_of(experiment))
    models.start(experiment, *models.add("halts"))
    expect(card(page, "Halts").locator(".answer-text")).to_contain_text("abc")
    page.context.set_offline(True)
    models.provider.released.set()
    late = person("owner").open(address_of(experiment))
    expect(state(late, "Halts")).to_have_text("Answered")
    page.context.set_offline(False)
    for each in (page, late):
        expect(state(each, "Halts")).to_have_text("Answered")
        shown: Any = card(each, "Halts").locator(".answer-text").inner_text
        assert shown().strip() == whole[:MAX_ANSWER].strip()
        expect(each.locator(".console-foot [data-line=ended]")).to_be_visible()
        texts = each.locator(".console-line[data-kind=text] [data-part=text]").all_text_contents()
        assert "".join(texts).strip() == whole
