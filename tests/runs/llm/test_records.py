"""What is sent is on record by hash before it is sent."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version

from kernel.canonical import canonical
from stages.runs.choices import MessageRole, Provider
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.records import record_request, sha256_of
from stages.runs.llm.requests import Tool, Turn
from tests.runs.llm.asking import KEY, a_request

CONFIG = LLMConfig("p", Provider.ANTHROPIC, "m-1", "", KEY)


def test_a_record_has_every_text_by_hash() -> None:
    messages = (Turn(MessageRole.USER, "grün"), Turn(MessageRole.ASSISTANT, "two"))
    request = a_request(
        messages=messages, system="Be brief.", parameters={"temperature": 0, "stop": "END"}, tools=(Tool("look-up"),)
    )
    record = record_request(CONFIG, request)
    found = json.loads(record.text)
    assert record.text == canonical(found)
    (tool,) = found.pop("tools")
    assert len(tool) == 64
    assert found == {
        "v": 1,
        "provider": "anthropic",
        "api": "messages",
        "host": "api.anthropic.com",
        "model": "m-1",
        "parameters": {"max_output_tokens": 100, "stop": ["END"]},
        "system": sha256_of("Be brief."),
        "messages": [{"role": "user", "sha256": sha256_of("grün")}, {"role": "assistant", "sha256": sha256_of("two")}],
        "sdk": f"anthropic {version('anthropic')}",
    }
    assert not any(text in record.text for text in ("grün", "Be brief", "look-up", KEY, "temperature"))


def test_case_12_a_parameter_that_is_not_sent_is_not_on_record_and_warned_of() -> None:
    record = record_request(CONFIG, a_request(parameters={"temperature": 0}))
    assert "temperature" in record.warnings[0]
    assert record.text == record_request(CONFIG, a_request()).text


def test_the_same_request_has_the_same_record_whichever_profile_and_key() -> None:
    other = LLMConfig("q", Provider.ANTHROPIC, "m-1", "", "sk-another-0123456789")
    assert record_request(CONFIG, a_request()).sha256 == record_request(other, a_request()).sha256
    assert record_request(CONFIG, a_request()).sha256 != record_request(CONFIG, a_request("Bye")).sha256


def test_the_server_and_the_interface_are_on_record() -> None:
    config = LLMConfig("p", Provider.OPENAI, "m-1", "https://Models.Example:8443/v1")
    found = json.loads(record_request(config, a_request()).text)
    assert (found["host"], found["api"]) == ("models.example:8443", "chat.completions")
    own = json.loads(record_request(LLMConfig("p", Provider.OPENAI, "m-1"), a_request()).text)
    assert (own["host"], own["api"]) == ("api.openai.com", "responses")


def test_neither_a_record_nor_a_client_loads_an_sdk() -> None:
    """`manage.py serve` shows what a run would send; it must not take the memory of three SDKs."""
    code = """
import sys, django
from django.conf import settings
settings.configure(); django.setup()
from stages.runs.choices import Provider
from stages.runs.llm.client import LLMClient
from stages.runs.llm.config import LLMConfig
from stages.runs.llm.requests import ModelRequest
for provider in Provider:
    LLMClient(LLMConfig("p", provider, "m")).record(ModelRequest((), 10))
print(sorted({"openai", "anthropic", "google.genai", "httpx2", "pydantic"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
