"""How runs end by what providers answer, over all interfaces: cases 8, 10, 11, 12, 16 and 17."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from blobs.models import Blob
from stages.runs import asking
from stages.runs.choices import Provider
from stages.runs.llm import config
from stages.runs.models import Call, ModelProfile, Run, RunLog, RunStatus
from stages.runs.reading import answer_of
from tests.runs.evaluations import Evaluations, cells_in, finished, lines_of, suite_of
from tests.runs.provider import TEXT, ScriptedProvider, provider
from tests.runs.world import World

KEY = "sk-abc-0123456789"
# Chat completions are what OpenAI’s compatible servers speak; its own address speaks Responses.
WIRES = {"chat": "openai", "responses": "openai", "messages": "anthropic", "content": "google"}
NAME = "models.example"


@pytest.fixture(params=WIRES)
def wire(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedProvider]:
    with provider() as found:
        settings.FOUNDRY_MODEL_HOSTS = frozenset({found.host})
        monkeypatch.setitem(config.OWN_ADDRESSES, Provider.OPENAI, found.address)
        yield found


@pytest.fixture
def model(committed_world: World, server: ScriptedProvider) -> Any:
    """A scripted model, by what it does and by interface."""

    def named(does: str, wire: str, name: str = "", **facts: Any) -> ModelProfile:
        address = {"responses": "", "content": f"{server.address}beta"}.get(wire, server.address)
        given = {"provider": WIRES[wire], "model_name": does, "base_url": address, "key": KEY, **facts}
        return committed_world.profile(name or f"{wire}-{does}", **given)

    return named


def asked(world: World, *profiles: ModelProfile) -> list[Run]:
    return finished(world.start(world.experiment(), *profiles))


def test_case_8_who_must_wait_too_long_is_told_how_long_and_nothing_waits(
    committed_world: World, model: Any, wire: str, monkeypatch: pytest.MonkeyPatch
):
    async def sleep(seconds: float) -> None:
        pytest.fail(f"it waits for {seconds} s")

    monkeypatch.setattr(asking, "sleep", sleep)
    (run,) = asked(committed_world, model("too-many-long", wire))

    assert (run.status, run.error) == (RunStatus.FAILED, "rate_limited")
    assert run.detail.endswith("Try again later. The provider asks to wait 3600 s.")
    assert Call.objects.filter(run=run).count() == 1


@pytest.mark.parametrize("does", ["page", "page-as-stream", "page-as-events", "json-list"])
def test_case_10_a_page_instead_of_an_answer_is_a_bad_response(
    committed_world: World, model: Any, wire: str, does: str
):
    (run,) = asked(committed_world, model(does, wire))

    assert (run.status, run.error, answer_of(run)) == (RunStatus.FAILED, "bad_response", "")
    assert [call.error for call in Call.objects.filter(run=run)] == ["bad_response"]


def test_case_11_refused_and_cut_off_answers_are_outcomes_and_shown_as_such(
    committed_world: World, model: Any, wire: str
):
    refused, cut = asked(committed_world, model("refuses", wire), model("truncated", wire))

    assert (refused.status, cut.status) == (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED)
    assert [Call.objects.get(run=run).outcome for run in (refused, cut)] == ["refused", "truncated"]
    assert refused.warnings[-1] == "The model refused to answer."
    assert cut.warnings[-1] == "The answer is cut off: it reached the limit of tokens."


def test_case_11_an_evaluation_counts_neither_as_an_error(
    committed_world: World, model: Any, wire: str, server: ScriptedProvider
):
    at = Evaluations(committed_world)
    model("refuses", wire, "one")
    model("truncated", wire, "two")
    server.texts["refuses"] = ""
    at.save(
        suite=suite_of('{type: contains, value: "Hello"}', models="one, two"),
        cases=lines_of([{"id": "a", "term": "rash"}]),
    )

    refused, cut = at.evaluate()

    assert refused.verdict == {"outcome": "failed", "passed": 0, "failed": 1, "errors": 0}
    assert cut.verdict == {"outcome": "passed", "passed": 1, "failed": 0, "errors": 0}
    assert [cells_in(run)["a", 1].outcome for run in (refused, cut)] == ["refused", "truncated"]


def test_case_12_a_parameter_that_is_not_sent_is_named_and_not_on_record(
    committed_world: World, model: Any, server: ScriptedProvider
):
    (run,) = asked(committed_world, model("good", "messages"))

    assert (run.status, answer_of(run)) == (RunStatus.SUCCEEDED, TEXT)
    (warning,) = run.warnings
    assert "temperature" in warning
    assert warning in RunLog.objects.filter(run=run, kind="warning").values_list("text", flat=True)
    record = json.loads(Blob.objects.get(pk=Call.objects.get(run=run).request_id).text)
    assert "temperature" not in json.dumps([record, server.asked[0].body])


def test_case_16_a_redirect_to_another_port_is_not_followed(
    committed_world: World, model: Any, wire: str, server: ScriptedProvider
):
    with provider() as second:
        server.moved_to = f"http://{second.host}"
        (run,) = asked(committed_world, model("moved", wire))
        assert (run.status, run.error) == (RunStatus.FAILED, "connection")
        assert (second.connections, second.asked) == (0, [])


@pytest.mark.parametrize("wire", ["chat", "messages", "content"])
def test_case_17_a_name_that_leads_inside_is_refused_before_a_connection_unless_the_operator_named_it(
    committed_world: World,
    model: Any,
    wire: str,
    server: ScriptedProvider,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
):
    look_up = socket.getaddrinfo
    leads_to = ["64:ff9b::a9fe:a9fe"]

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        return look_up(leads_to[0] if host == NAME else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    path = "v1beta" if wire == "content" else "v1"
    (refused,) = asked(committed_world, model("good", wire, base_url=f"https://{NAME}/{path}"))
    assert (refused.status, refused.error) == (RunStatus.FAILED, "address_refused")
    assert "a9fe" not in refused.detail, "what a name resolves to is nobody's business"
    assert server.connections == 0

    leads_to[0] = "127.0.0.1"
    settings.FOUNDRY_MODEL_HOSTS = frozenset({f"{NAME}:{server.server_port}"})
    named = model("good", wire, "named", base_url=f"http://{NAME}:{server.server_port}/{path}")
    (run,) = asked(committed_world, named)
    assert (run.status, answer_of(run)) == (RunStatus.SUCCEEDED, TEXT)


def test_case_17_a_name_that_leads_elsewhere_the_second_time_is_asked_for_once_a_request(
    committed_world: World, model: Any, server: ScriptedProvider, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    """DNS rebinding: what was looked up and checked is what is connected to; the next request is checked anew."""
    look_up = socket.getaddrinfo
    answers = iter(["127.0.0.1", "169.254.169.254"])
    connected: list[Any] = []

    def answer(host: Any, *rest: Any, **more: Any) -> Any:
        return look_up(next(answers) if host == NAME else host, *rest, **more)

    def note(self: socket.socket, address: Any) -> Any:
        connected.append(address[0])
        return connect(self, address)

    connect = socket.socket.connect
    monkeypatch.setattr(socket, "getaddrinfo", answer)
    settings.FOUNDRY_MODEL_HOSTS = frozenset({f"{NAME}:{server.server_port}"})
    profile = model("good", "chat", base_url=f"http://{NAME}:{server.server_port}/v1")
    (first,) = asked(committed_world, profile)
    settings.FOUNDRY_MODEL_HOSTS = frozenset()
    monkeypatch.setattr(socket.socket, "connect", note)
    (second,) = asked(committed_world, profile)

    assert (first.status, first.error) == (RunStatus.SUCCEEDED, "")
    assert (second.status, second.error) == (RunStatus.FAILED, "address_refused")
    assert "169.254.169.254" not in connected
    assert [asked.headers["host"] for asked in server.asked] == [f"{NAME}:{server.server_port}"]
