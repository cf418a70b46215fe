"""Posting checkpoints to an external collector, so that others can detect the removal of events."""

from __future__ import annotations

import json
from typing import Final

from django.conf import settings

from audit.checkpoints.models import Checkpoint
from audit.keys.text import rfc3339
from kernel.outbound import OutboundError, OutboundResponse, send

TAKEN: Final = frozenset({200, 201, 202, 204})


class PostError(Exception):
    """The collector did not accept the checkpoint; the message is one line."""


def post_checkpoint(number: int) -> None:
    """Post one checkpoint as JSON to `FOUNDRY_CHECKPOINT_WEBHOOK`: `{number, at, sha256, key, statement, signature}`.

    `statement` is exactly the sealed text, and `signature` its seal (hex). The checkpoint is accepted if the response
    is 200, 201, 202 or 204 with JSON or an empty body, because a sign-in page, for example, has not accepted it. Raises
    `PostError` for every other response.
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


def _is_taken(answer: OutboundResponse) -> bool:
    if answer.status not in TAKEN:
        return False
    if not answer.body:
        return True
    try:
        json.loads(answer.body)
    except ValueError:
        return False
    return answer.media_type == "application/json"
