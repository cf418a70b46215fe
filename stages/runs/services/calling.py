"""The calls of a run and the lines of its console: many small writes of its worker, without an event each.

The event of a run's end has the hashes of all of them. A call is on record before it is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Max
from django.db.models.functions import Now
from uuid_utils.compat import uuid7

from blobs.services import store_texts
from kernel.canonical import canonical
from kernel.statements import run
from kernel.transactions import unavailable_on_timeout, write_transaction
from stages.runs.choices import Outcome
from stages.runs.console import publish_lines
from stages.runs.costs import cost_of
from stages.runs.llm.requests import ModelResponse
from stages.runs.models import Call, LogKind, ModelProfile, Purpose, Run
from stages.runs.models.experiments import MAX_LOG_TEXT
from stages.runs.services.metering import reserve, settle
from stages.runs.services.working import Claim, check_fence, fenced

# The number of the last line before these, which are added unless the console has gone on after `after`; no row where
# the run is not the worker's. Without waiting for the disk at the end of this transaction.
_APPEND: Final = """
WITH claimed AS MATERIALIZED (
    SELECT id, set_config('synchronous_commit', 'off', true) FROM runs_run
    WHERE id = %s AND attempt = %s AND status = 'RUNNING' FOR NO KEY UPDATE
), newest AS MATERIALIZED (
    SELECT id, (SELECT coalesce(max(number), 0) FROM runs_runlog WHERE run_id = claimed.id) AS number
    FROM claimed
), added AS (
    INSERT INTO runs_runlog (run_id, number, at, kind, text)
    SELECT newest.id, newest.number + line.place, statement_timestamp(), line.kind, line.text
    FROM newest, unnest(%s::text[], %s::text[]) WITH ORDINALITY AS line (kind, text, place)
    WHERE newest.number <= coalesce(%s::int, newest.number)
)
SELECT number FROM newest
"""


class NoCallsLeft(Exception):
    """The run has made all the requests that it may make."""


def begin_call(
    *,
    claim: Claim,
    profile: ModelProfile,
    record: str,
    worst_cost: int = 0,
    purpose: Purpose = Purpose.GENERATE,
    case: str = "",
    repeat: int = 0,
    candidate: int | None = None,
    most: int | None = None,
    call_id: UUID | None = None,
) -> Call:
    """Put a request on record that is about to be sent, its RFC 8785 text in `record`, and reserve its `worst_cost`.

    `case` and `repeat` name the cell of an evaluation that it belongs to, `candidate` the text that is measured or
    proposed. With the `call_id` of an earlier try that succeeded, the call is that one. Raises `RunFenced`,
    `NoCallsLeft` where the run has made `most` requests, `ModelError` where the budget does not allow the call, and
    `MustWait` where other limits of the project or the model leave no place for it now; nothing is on record then.
    """
    with write_transaction():
        lock_claimed(claim)
        if call_id is not None and (begun := Call.objects.filter(pk=call_id, run=claim.run_id).first()) is not None:
            begun.profile = profile
            return begun
        if most is not None and Call.objects.filter(run=claim.run_id, request__isnull=False).count() >= most:
            raise NoCallsLeft
        reserve(project_id=claim.project_id, profile=profile, worst_cost=worst_cost)
        (sha256,) = store_texts(texts=[record])
        call = Call(
            id=call_id or uuid7(),
            run_id=claim.run_id,
            number=next_number(claim.run_id),
            attempt=claim.attempt,
            purpose=purpose,
            profile=profile,
            worst_cost=worst_cost,
            case=case,
            repeat=repeat,
            candidate=candidate,
            request_id=sha256,
            started_at=Now(),
        )
        call.save(force_insert=True)
    return call


def end_call(
    *, claim: Claim, call: Call, response: ModelResponse | None, error: str = "", is_free: bool = False
) -> None:
    """Put on record what came: a whole answer, or what had come when `error` broke it off. Raises `RunFenced`.

    Prices are those of the call's profile as it was begun with. Where the provider did not count the tokens, the call
    costs the most that it can, unless it `is_free`. What the provider counts is what it costs, also where that is more
    than was reserved (`is_over`).
    """
    with write_transaction():
        lock_claimed(claim)
        found = Call.objects.select_for_update(no_key=True).get(pk=call.pk)
        if found.ended_at is not None:
            # An earlier try of the same.
            return
        found.outcome, found.error, found.ended_at = Outcome.UNKNOWN, error, Now()
        if response is not None:
            if not error:
                found.outcome = Outcome(response.outcome.value)
            (found.response_id,) = store_texts(texts=[response.text])
            found.tool_calls_id = _store_tool_calls(response)
            found.finish_reason = response.finish_reason[:40]
            found.model_reported, found.id_reported = response.model_reported, response.request_id
            found.input_tokens = response.input_tokens or 0
            found.output_tokens = response.output_tokens or 0
        found.cost = 0 if is_free else _cost(call, response, is_whole=not error)
        settle(project_id=claim.project_id, calls=[found])
        found.save()


def check_claim(claim: Claim) -> None:
    """Raise `RunFenced` where a run is not its worker's any more."""
    check_fence(Run.objects.get(pk=claim.run_id), claim)


def append_log(*, claim: Claim, lines: Sequence[tuple[LogKind, str]], after: int | None = None) -> int:
    """Append lines to a run's console and send them to everybody who watches; the number of the last.

    `after` is the number of the caller's last line: where the console has gone on, an earlier try of the same lines
    succeeded, and they are not written again.

    Written without waiting for the disk (`synchronous_commit = off` for these rows alone): a crash of the database may
    lose the last tenth of a second of a console, never a call. A long text becomes several lines. Raises `RunFenced`.
    """
    pieces = [(kind, piece) for kind, text in lines for piece in _pieces(text)]
    kinds, texts = [str(kind) for kind, _text in pieces], [text for _kind, text in pieces]
    append = (_APPEND, [claim.run_id, claim.attempt, kinds, texts, after])
    with unavailable_on_timeout():
        try:
            rows = run(append)
        except IntegrityError:
            # Lines that were being written when this statement began have these numbers; under the lock it sees them.
            with write_transaction():
                lock_claimed(claim)
                rows = run(append)
    if not rows:
        raise fenced()
    newest = int(rows[0][0])
    if after is not None and newest > after:
        return newest
    publish_lines(claim.run_id, [(newest + place, *piece) for place, piece in enumerate(pieces, start=1)])
    return newest + len(pieces)


def _cost(call: Call, response: ModelResponse | None, *, is_whole: bool) -> int:
    """What a call that has ended cost; the most that it can, or what was counted of it, where it was broken off."""
    counted = None if response is None else _counted_cost(call, response)
    if counted is None:
        return call.worst_cost
    return counted if is_whole else max(counted, call.worst_cost)


def is_over(call: Call, response: ModelResponse) -> bool:
    """Whether a provider counts more tokens than a request and the limit of its answer can have."""
    return (_counted_cost(call, response) or 0) > call.worst_cost


def _counted_cost(call: Call, response: ModelResponse) -> int | None:
    """What the tokens cost that the provider counted; None where it did not."""
    if response.input_tokens is None or response.output_tokens is None:
        return None
    return cost_of(call.profile, response.input_tokens, response.output_tokens)


def _store_tool_calls(response: ModelResponse) -> str | None:
    """Store the calls of tools that an answer has; the hash of their RFC 8785 list."""
    if not response.tool_calls:
        return None
    calls = [{"id": each.id, "name": each.name, "arguments": each.arguments} for each in response.tool_calls]
    (sha256,) = store_texts(texts=[canonical(calls)])
    return sha256


def _pieces(text: str) -> list[str]:
    """A text in pieces that a line of the console may have."""
    return [text[at : at + MAX_LOG_TEXT] for at in range(0, len(text), MAX_LOG_TEXT)]


def next_number(run_id: UUID) -> int:
    """The number of a run's next call; the caller has locked the run."""
    return 1 + (Call.objects.filter(run=run_id).aggregate(Max("number"))["number__max"] or 0)


def lock_claimed(claim: Claim) -> None:
    """Lock the run's row, and raise `RunFenced` where another worker runs it, or it has ended."""
    check_fence(Run.objects.select_for_update(no_key=True).get(pk=claim.run_id), claim)
