"""Posting a checkpoint to an outside collector, so that a cut-off tail is noticed by who does not run this site."""

from __future__ import annotations

import json
import urllib.request
from http.client import HTTPException
from typing import Final

from django.conf import settings

from audit.checkpoints.models import Checkpoint
from audit.keys.sealing import rfc3339

SECONDS_TO_ANSWER: Final = 15


class PostError(Exception):
    """The collector did not take it; the text is one line."""


def post_checkpoint(number: int) -> None:
    """Post one checkpoint as JSON to `FOUNDRY_CHECKPOINT_WEBHOOK`: `{number, at, sha256, key, statement, signature}`.

    `statement` is the sealed text byte for byte, which `signature` (hex) seals. Raises `PostError` for any answer that
    is no success.
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
    # The address is the operator's (https or http: `foundry_site.environment`).
    asked = urllib.request.Request(  # noqa: S310
        settings.FOUNDRY_CHECKPOINT_WEBHOOK,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method="POST",
    )
    try:
        with urllib.request.urlopen(asked, timeout=SECONDS_TO_ANSWER):  # noqa: S310
            pass
    except (OSError, HTTPException, ValueError) as error:
        raise PostError(f"{checkpoint} could not be posted: {error}") from error
