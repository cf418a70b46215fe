"""Asking models: from the form, from the workspace; the list of experiments follows, and models are managed."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from stages.runs.models import Experiment, ModelProfile
from tests.browser.people import Person, World
from tests.browser.test_accessible import PHONE, in_both_themes, in_every_window
from tests.runs.browser.conftest import Models
from tests.runs.git_server import connected
from tests.runs.provider import TEXT

KEY = "sk-never-shown-0123456789"


@pytest.mark.usefixtures("runner")
def test_a_question_from_the_form_appears_in_the_list_of_somebody_else(
    person: Callable[..., Person], models: Models
) -> None:
    models.add("quick", "halts")
    daniel, mara = person("editor"), person("owner")
    empty = mara.open("runs/")
    expect(empty.locator(".empty")).to_contain_text("No run yet")
    page = daniel.open("runs/new/")
    total = page.locator(".composer-sum b")
    short = total.inner_text()
    page.locator("#experiment-text").fill("How long is the wash-out?\n" + "word " * 1500)
    expect(total).not_to_have_text(short)
    page.get_by_role("checkbox", name="Halts").uncheck()
    expect(page.get_by_role("button", name="Ask 1 model")).to_be_enabled()
    page.get_by_role("checkbox", name="Halts").check()
    page.locator("#experiment-text").fill("How long is the wash-out?")
    page.keyboard.press("ControlOrMeta+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("How long is the wash-out?")

    row = empty.locator(".run-row")
    expect(row.locator(".badge")).to_have_text("Running")
    expect(row).to_contain_text("1 answered, 1 answering")
    expect(empty.locator("#project-tabs").get_by_role("link", name="Runs")).to_contain_text("1")
    models.provider.released.set()
    expect(row.locator(".badge")).to_have_text("Done")
    expect(row).to_contain_text("2 of 2 ended")
    row.get_by_role("link", name="How long is the wash-out?").click()
    expect(empty.get_by_role("heading", level=1)).to_have_text("How long is the wash-out?")


@pytest.mark.usefixtures("runner")
def test_unsaved_text_is_tried_from_the_workspace(person: Callable[..., Person], models: Models, world: World) -> None:
    models.add("quick")
    daniel = person("editor")
    page = daniel.at_work()
    page.get_by_role("tab", name="Try").click()
    about = page.locator(".try-about")
    expect(about).to_have_text("About v12, as it is saved")
    daniel.take()
    page.keyboard.type("Be brief. ")
    expect(about).to_have_text("About v12 with your unsaved Prompt")
    page.get_by_label("Your question").fill("How long is the wash-out?")
    page.locator("#try").get_by_role("button", name="Ask 1 model").click()
    answer = page.locator(".try-answer")
    expect(answer).to_contain_text("Answered")
    expect(answer.locator(".try-text")).to_have_text(TEXT)
    expect(page.locator(".try-source")).to_contain_text("v12 with your unsaved Prompt")
    expect(page.get_by_label("Your question")).to_have_value("")
    # Nothing was saved by it, and the field is still one's own.
    daniel.expect_state("yours")
    made = world.arrange(lambda: Experiment.objects.get(project=world.project))
    assert list(made.unsaved) == ["prompt_text"]
    assert any("Be brief." in str(each.body) for each in models.provider.asked)


def test_the_panel_says_why_it_does_not_ask_about_a_field_that_somebody_took_over(
    person: Callable[..., Person], models: Models
) -> None:
    models.add("quick")
    daniel, mara = person("editor"), person("owner")
    page = daniel.at_work()
    page.get_by_role("tab", name="Try").click()
    page.get_by_label("Your question").fill("How long is the wash-out?")
    ask = page.locator("#try").get_by_role("button", name="Ask 1 model")
    daniel.write("Be brief. ")
    expect(ask).to_be_enabled()
    mara.at_work()
    mara.page.get_by_role("button", name="Take over…").click()
    mara.page.get_by_label("Reason").fill("The panel is waiting.")
    mara.page.get_by_role("button", name="Take over", exact=True).click()
    mara.expect_state("yours")

    expect(ask).to_be_disabled()
    expect(ask).to_have_accessible_description(
        "You typed in Prompt, and are not editing it now. Edit it again, or discard what you typed."
    )


def test_the_form_counts_what_is_sent_of_a_chosen_repository(
    person: Callable[..., Person], models: Models, world: World
) -> None:
    models.add("quick", input_price=1_000_000)
    world.arrange(lambda: connected(world.caller("owner"), world.project.id))
    page = person("editor").open("runs/new/")
    total = page.locator(".composer-sum b")
    page.get_by_role("radio", name="Change").check()
    page.locator("#experiment-text").fill("Be brief.")
    page.get_by_label("Instead of the version").select_option(index=1)
    expect(total).to_have_text(re.compile(r"\$2\.[0-9]+"))
    page.get_by_label("Instead of the version").select_option(index=0)
    expect(total).to_have_text(re.compile(r"\$0\.[0-9]+"))


def test_an_owner_adds_a_model_and_a_refused_form_keeps_what_was_typed(
    person: Callable[..., Person], world: World
) -> None:
    mara = person("owner")
    mara.expected.append("status of 400")
    page = mara.open("settings/")
    page.get_by_role("link", name="Add a model…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Provider", exact=True).select_option("anthropic")
    dialog.get_by_label("Model, as the provider calls it").fill("meridian-large")
    dialog.get_by_label("Short name").fill("meridian")
    dialog.get_by_label("Name for people").fill("Meridian Large")
    dialog.locator("#model-input").fill("three")
    dialog.locator("#model-key").fill(KEY)
    dialog.get_by_role("button", name="Add the model").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Write an amount such as 3 or 0.15")
    expect(dialog.get_by_label("Model, as the provider calls it")).to_have_value("meridian-large")
    expect(dialog.locator("#model-key")).to_have_value("")
    dialog.locator("#model-input").fill("3")
    dialog.locator("#model-key").fill(KEY)
    dialog.get_by_role("button", name="Add the model").click()
    row = page.locator(".model-row", has_text="Meridian Large")
    made = world.arrange(lambda: ModelProfile.objects.select_related("secret").get(project=world.project))
    assert made.secret is not None
    expect(row).to_contain_text(made.secret.mark)
    assert KEY not in page.content()
    row.get_by_role("button", name="Disable Meridian Large").click()
    expect(row).to_contain_text("Disabled")


def test_what_a_check_found_stands_at_the_model(person: Callable[..., Person], models: Models) -> None:
    models.add("quick", provider="echo", model_name="", base_url="", key="")
    page = person("owner").open("settings/")
    page.get_by_role("button", name="Check Quick").click()
    expect(page.get_by_role("status").filter(has_text="The built-in echo is always available.")).to_be_visible()


def test_the_pages_of_runs_are_accessible_and_fit_every_window(person: Callable[..., Person], models: Models) -> None:
    mara = person("owner", size=PHONE)
    paths = ["runs/", "runs/new/"]
    found = {f"empty {path}": in_every_window(mara.open(path)) for path in paths}
    profiles = models.add("quick", "halts")
    models.experiment("A question with a title that is longer than the row of a list has room for" * 2)
    models.start(models.experiment(), *profiles)
    profile = profiles[0].id
    paths += ["runs/?kind=try&starter=nobody", "settings/", "settings/models/new/", f"settings/models/{profile}/"]
    found |= {path: in_every_window(mara.open(path)) for path in [*paths, f"settings/models/{profile}/key/"]}
    daniel = person("editor").open("?panel=try")
    expect(daniel.locator("#try")).to_be_visible()
    found["try"] = in_both_themes(daniel)
    assert {path: words for path, words in found.items() if words} == {}
