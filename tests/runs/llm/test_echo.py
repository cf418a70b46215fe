"""The built-in echo needs no network, and always answers the same."""

from __future__ import annotations

import pytest

from stages.runs.choices import Outcome, Provider
from stages.runs.llm.client import LLMClient
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.files import format_files, read_files
from stages.runs.llm.interfaces.echo import reply_to
from stages.runs.llm.requests import ModelResponse
from stages.runs.trees.patch_parsing import parse_patch
from stages.runs.trees.patches import apply_patch
from stages.runs.trees.tree import DraftTree
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


def test_a_replacement_that_would_be_too_long_is_not_made() -> None:
    files = format_files({"a.md": "a" * 90_000})
    answer = reply_to(f"replace a with {'b' * 150} in a.md, replace a with b in a.md\n\n{files}")
    assert answer.startswith("a.md would have more than 1048576 characters.")


@pytest.mark.parametrize("said", ["replace a with " * 600, "replace " * 1_200, "replace a with b in " * 400])
def test_instructions_without_an_end_take_no_time(said: str) -> None:
    assert len(reply_to(f"{said}\n\n{format_files({'a.md': 'x'})}")) < 100_000


def test_changed_lines_of_one_file_are_hunks_with_three_lines_around() -> None:
    lines = [f"line {number}" for number in range(40)]
    lines[3] = lines[4] = lines[20] = lines[39] = "site"
    text = "\n".join(lines)
    answer = reply_to(f"replace site with ward in a.md\n\n{format_files({'a.md': text})}")

    patch = answer.partition("```diff\n")[2].removesuffix("```")
    (file,) = apply_patch(DraftTree({"files/a.md": text}), parse_patch(patch.replace("a.md", "files/a.md"))).files
    assert file.text == text.replace("site", "ward")
    assert [line for line in patch.splitlines() if line.startswith("@@")] == [
        "@@ -1,8 +1,8 @@",
        "@@ -18,7 +18,7 @@",
        "@@ -37,4 +37,4 @@",
    ]
