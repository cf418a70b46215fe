"""Questions to the draft's prompt, with the values of a case."""

from __future__ import annotations

import pytest

from stages.runs.agents.answer_agent import AnswerAgent
from stages.runs.agents.base import AgentFailed, AgentRequest
from stages.runs.agents.variables import names_in, render
from tests.runs.agents.scripted import Answer, Call, ScriptedModel


async def test_the_prompt_is_the_system_text_and_the_question_the_user_s():
    model = ScriptedModel.of("Grade 2")
    request = AgentRequest(
        "Grade {{term}}, day {{ day }}", system="For {{site}}.", members={"term": "rash", "day": 3, "site": "B"}
    )
    result = await AnswerAgent(model).run(request)
    assert (result.summary, result.warnings) == ("Grade 2", ())
    assert model.asked[0].system == "For B."
    assert [each.content for each in model.asked[0].messages] == ["Grade rash, day 3"]


async def test_a_case_that_lacks_a_member_of_others_is_an_error_without_a_request():
    model = ScriptedModel.of()
    request = AgentRequest("Hello", system="At {{site}}", members={"term": "x"}, variables={"site", "term"})
    with pytest.raises(AgentFailed, match="site") as caught:
        await AnswerAgent(model).run(request)
    assert (caught.value.code, model.asked) == ("missing_variable", [])


async def test_braces_that_no_case_has_stay_as_written():
    model = ScriptedModel.of("ok")
    await AnswerAgent(model).run(AgentRequest("Hello {{other}}", system="{{ site }}"))
    assert (model.asked[0].system, model.asked[0].messages[0].content) == ("{{ site }}", "Hello {{other}}")


async def test_a_cut_off_answer_is_a_result_with_a_warning_and_tool_calls_are_kept():
    agent = AnswerAgent(ScriptedModel.of(Answer("Gra", "truncated", (Call("grade"),))))
    assert (await agent.run(AgentRequest("x"))).warnings == ("The answer is cut off: it reached the limit of tokens.",)
    response = await AnswerAgent(ScriptedModel.of(Answer("", tool_calls=(Call("grade"),)))).answer(AgentRequest("x"))
    assert response.tool_calls == (Call("grade"),)


def test_values_are_not_searched_again():
    assert render("{{a}}{{b}}", {"a": "{{b}}", "b": [1, {"c": None}]}) == '{{b}}[1,{"c":null}]'
    assert names_in("{{a}} {{ b.c }} {{a}} {{}} { {d} }") == ["a", "b.c"]
