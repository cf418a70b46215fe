"""Posting a checkpoint to an outside collector, so that a cut-off tail is noticed by who does not run this site."""

from __future__ import annotations

import json
from typing import Final

from django.conf import settings

from audit.checkpoints.models import Checkpoint
from audit.keys.text import rfc3339
from kernel.outbound import Answer, OutboundError, send

TAKEN: Final = frozenset({200, 201, 202, 204})


class PostError(Exception):
    """The collector did not take it; the text is one line."""


def post_checkpoint(number: int) -> None:
    """Post one checkpoint as JSON to `FOUNDRY_CHECKPOINT_WEBHOOK`: `{number, at, sha256, key, statement, signature}`.

    `statement` is the sealed text byte for byte, which `signature` (hex) seals. It is taken where
    the answer is 200, 201, 202 or 204 and holds JSON or nothing: a page to sign in at has taken nothing. Raises
    `PostError` for every other answer.
    """
    checkpoint = Checkpoint.objects.get(pk=number)
    body = {
        "number": checkpoint.number,
        "at": rfc3339(checkpoint.made_at),
        "sha256": checkpoint.sha256,
        "key": checkpoint.key_id,
        "statement": checkpoint.text,
        "signature": bytes(checkpoint.signature).hex(),
    }
    try:
        answer = send(
            settings.FOUNDRY_CHECKPOINT_WEBHOOK,
            method="POST",
            body=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
    except OutboundError as error:
        raise PostError(f"{checkpoint} could not be posted: {error}") from error
    if not _is_taken(answer):
        kind = answer.media_type or "no type"
        raise PostError(f"{checkpoint} was not taken: the collector answers {answer.status} with {kind}.")


def _is_taken(answer: Answer) -> bool:
    if answer.status not in TAKEN:
        return False
    if not answer.body:
        return True
    try:
        json.loads(answer.body)
    except ValueError:
        return False
    return answer.media_type == "application/json"
