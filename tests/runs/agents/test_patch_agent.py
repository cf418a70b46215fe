"""What a patch agent sends, and what it makes of the answers."""

from __future__ import annotations

import pytest

from stages.runs.agents.base import AgentFailed, AgentRequest
from stages.runs.agents.model import PromptMessage
from stages.runs.agents.patch_agent import PatchAgent
from stages.runs.trees.tree import DraftTree
from tests.runs.agents.scripted import Answer, ScriptedModel

FIELDS = {"prompt_text": "one\ntwo\n", "files/a.md": "alpha\n", "files/.env": "TOKEN=t0p\n", "files/x.key": "k3y"}
GOOD = "Two is louder.\n\n```diff\n--- a/prompt_text\n+++ b/prompt_text\n@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n```\n"
BAD = GOOD.replace("-two", "-zwei")


def request(instruction: str = "Make two louder", **facts) -> AgentRequest:
    return AgentRequest(instruction, DraftTree(FIELDS), **facts)


async def test_the_result_has_summary_patch_and_counts():
    model = ScriptedModel.of(GOOD)
    result = await PatchAgent(model).run(request(parameters={"temperature": 0}))
    assert result.summary == "Two is louder."
    assert [file.as_data() for file in result.files_changed] == [
        {"path": "prompt_text", "status": "modified", "added": 1, "removed": 1}
    ]
    assert result.files_changed[0].text == "one\nTWO\n"
    assert result.patch.startswith("diff --git a/prompt_text b/prompt_text\n")
    assert result.warnings == ()
    assert model.asked[0].parameters == {"temperature": 0}
    assert result.logs == ("Read 2 files, 14 bytes.", "2 files may never be read.")


async def test_forbidden_files_are_neither_sent_nor_named():
    model = ScriptedModel.of(GOOD)
    await PatchAgent(model).run(request())
    assert "alpha" in model.sent
    assert not any(word in model.sent for word in ("t0p", ".env", "k3y", "x.key"))


async def test_a_patch_that_does_not_fit_is_repaired_once():
    model = ScriptedModel.of(BAD, GOOD)
    result = await PatchAgent(model).run(request())
    assert result.files_changed[0].text == "one\nTWO\n"
    assert [each.purpose for each in model.asked] == ["generate", "repair"]
    assert [each.role for each in model.asked[1].messages] == ["user", "assistant", "user"]
    assert "lines of hunk 1 are not in the file" in model.asked[1].messages[-1].content
    assert "Asked for a repair." in result.logs[-1]


async def test_a_second_patch_that_does_not_fit_fails_the_run():
    model = ScriptedModel.of("I cannot do that.", BAD)
    with pytest.raises(AgentFailed, match="not in the file") as caught:
        await PatchAgent(model).run(request())
    assert caught.value.code == "patch_rejected"
    assert len(model.asked) == 2


@pytest.mark.parametrize("path", ["files/.env", "sub/.ENV.local"])
async def test_a_forbidden_path_fails_the_run_at_once(path):
    model = ScriptedModel.of(f"```diff\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+x\n```")
    with pytest.raises(AgentFailed, match=path) as caught:
        await PatchAgent(model).run(request())
    assert caught.value.code == "forbidden_path"
    assert len(model.asked) == 1


@pytest.mark.parametrize("answer", ["NO CHANGES", "**No changes.**\n", GOOD.replace("TWO", "two")])
async def test_an_answer_may_be_that_nothing_needs_to_change(answer):
    result = await PatchAgent(ScriptedModel.of(answer)).run(request())
    assert (result.summary, result.patch, result.files_changed) == ("No changes.", "", ())


async def test_a_refusal_is_a_result_and_a_cut_off_patch_is_not():
    result = await PatchAgent(ScriptedModel.of(Answer("No.", "refused"))).run(request())
    assert (result.summary, result.patch, result.outcome) == ("No.", "", "refused")
    assert result.warnings == ("The model refused to answer.",)
    with pytest.raises(AgentFailed, match="cut off"):
        await PatchAgent(ScriptedModel.of(Answer(GOOD, "truncated"))).run(request())


async def test_what_was_said_before_goes_along():
    model = ScriptedModel.of(GOOD)
    history = (PromptMessage("user", "Make it loud"), PromptMessage("assistant", "Which line?"))
    await PatchAgent(model).run(request(history=history))
    assert model.asked[0].messages[:2] == history


def test_a_request_without_instruction_or_files_is_refused_in_words():
    agent = PatchAgent(ScriptedModel.of())
    assert agent.validate_request(AgentRequest(" ")) == ["The instruction is empty.", "There are no files to change."]
    assert agent.validate_request(request()) == []


async def test_an_invalid_request_is_not_sent():
    model = ScriptedModel.of()
    with pytest.raises(AgentFailed, match="empty") as caught:
        await PatchAgent(model).run(request(" "))
    assert (caught.value.code, model.asked) == ("invalid_request", [])
