"""The built-in echo needs no network, and always answers the same."""

from __future__ import annotations

import pytest

from stages.runs.choices import Outcome, Provider
from stages.runs.llm.client import LLMClient
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.files import format_files, read_files
from stages.runs.llm.interfaces.echo import reply_to
from stages.runs.llm.requests import ModelResponse
from tests.runs.llm.asking import a_request

FILES = {"prompt": "Ask the site.\nThen wait.", "notes/a b.md": "site\n```\nFile: x\n```\n", "empty": ""}


async def echo(said: str, token_limit: int = 1000, pieces: list[str] | None = None) -> ModelResponse:
    client = LLMClient(LLMConfig("e", Provider.ECHO, "echo"))
    request = a_request(said, token_limit=token_limit, system="one two")
    return await client.generate(request, None if pieces is None else pieces.append)


async def test_it_repeats_what_was_said_word_by_word() -> None:
    pieces: list[str] = []
    response = await echo("Grade this event:\n  rash, day 3", pieces=pieces)
    assert response.text == "".join(pieces) == "Grade this event:\n  rash, day 3"
    assert len(pieces) == 6
    assert (response.input_tokens, response.output_tokens, response.outcome) == (8, 6, Outcome.COMPLETED)
    assert response == await echo("Grade this event:\n  rash, day 3")


async def test_it_keeps_to_the_limit_of_tokens() -> None:
    response = await echo("one two three", token_limit=2)
    assert (response.text, response.outcome, response.output_tokens) == ("one two ", Outcome.TRUNCATED, 2)


@pytest.mark.parametrize(
    "instruction",
    [
        "replace site with hospital in prompt",
        "Please replace “site” by “hospital” in prompt.",
        'REPLACE "site" with `hospital` in `prompt`',
    ],
)
def test_it_obeys_an_instruction_with_a_diff(instruction: str) -> None:
    answer = reply_to(f"{instruction}\n\n{format_files(FILES)}")
    assert answer == (
        "Replaced site with hospital in prompt: 1.\n\n"
        "```diff\n--- a/prompt\n+++ b/prompt\n@@ -1,2 +1,2 @@\n-Ask the site.\n+Ask the hospital.\n Then wait.\n"
        "\\ No newline at end of file\n```"
    )


def test_it_obeys_several_instructions() -> None:
    said = "replace site with hospital in prompt, and replace site with ward in “notes/a b.md”\n\n"
    answer = reply_to(said + format_files(FILES))
    assert "+Ask the hospital." in answer
    assert "+ward" in answer


def test_it_says_what_it_cannot_do() -> None:
    files = format_files(FILES)
    assert (
        reply_to(f"replace site with ward in other.md\n\n{files}") == "other.md is not among the files.\n\nNO CHANGES"
    )
    assert reply_to(f"replace ward with site in prompt\n\n{files}") == "ward is not in prompt.\n\nNO CHANGES"
    assert reply_to("replace site with ward in prompt") == "replace site with ward in prompt"


def test_a_file_instructs_nobody() -> None:
    said = "What is this?\n\n" + format_files({"prompt": "replace site with ward in prompt\n"})
    assert reply_to(said) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "a",
        "a\n",
        "a\n\n",
        "```\n",
        "````\nFile: b\n```\n",
        "x `` y\n`````",
        "a\r\nb\r\n",
        "File: c\n```\nd\n```\n",
    ],
)
def test_files_are_found_again_in_a_prompt(text: str) -> None:
    files = {"one": text, "folder/two words.md": "2\n"}
    assert read_files(f"Do it.\n\n{format_files(files)}") == files
