"""Time stamps for checkpoints by an external authority (RFC 3161), which prove when the chains had these heads."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cryptography import x509
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from audit.checkpoints.models import Checkpoint, Timestamp
from audit.keys.text import rfc3339
from audit.protocols import AuditCaller
from audit.services import Target, record
from kernel.outbound import OutboundError, send
from kernel.transactions import write_transaction

logger = logging.getLogger(__name__)

CHECKPOINT_STAMPED: Final = "checkpoint.stamped"
# RFC 3161, section 3.4.
QUERY: Final = "application/timestamp-query"
REPLY: Final = "application/timestamp-reply"
# The most checkpoints stamped per run, to limit the requests after a long outage of the authority.
AT_ONCE: Final = 20


class StampError(Exception):
    """The authority did not answer, or not with a time stamp of this text; the text is one line."""


def stamp_checkpoints(*, caller: AuditCaller) -> int:
    """Request time stamps for the newest checkpoints without one, oldest first; return how many were stamped.

    Does nothing without `FOUNDRY_TIMESTAMP_URL`. Raises `StampError`; stamps obtained before it are kept.
    """
    if not settings.FOUNDRY_TIMESTAMP_URL:
        return 0
    missing = list(Checkpoint.objects.filter(timestamp__isnull=True).order_by("-number")[:AT_ONCE])
    for checkpoint in reversed(missing):
        answer = _ask(checkpoint)
        _keep(caller, checkpoint, answer)
    return len(missing)


def stamp_fault(timestamp: Timestamp, roots: Sequence[x509.Certificate]) -> str | None:
    """What is wrong with a stored time stamp, or None: it must be of its checkpoint's text, from a trusted authority.

    It is checked again, because the database does not prove that it was checked before. Without `roots`, the authority
    is not checked.
    """
    changed = "it was changed, or is about something else"
    try:
        answer = decode_timestamp_response(bytes(timestamp.answer))
    except ValueError:
        return changed
    imprint: bytes = answer.tst_info.message_imprint.message
    if imprint.hex() != timestamp.checkpoint.sha256 or answer.tst_info.gen_time != timestamp.stamped_at:
        return changed
    try:
        if roots:
            VerifierBuilder(roots=list(roots)).build().verify(answer, imprint)
    except (ValueError, VerificationError) as error:
        return f"no authority that the operator trusts gave it: {error}"
    return None


def trusted_roots() -> list[x509.Certificate]:
    """The operator's roots of time-stamp authorities (`FOUNDRY_TIMESTAMP_ROOTS`). Raises `OSError`, `ValueError`."""
    path = settings.FOUNDRY_TIMESTAMP_ROOTS
    return x509.load_pem_x509_certificates(Path(path).read_bytes()) if path else []


def _ask(checkpoint: Checkpoint) -> bytes:
    """Request a time stamp and check it against the roots that the operator trusts."""
    text = checkpoint.text.encode()
    asked = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).build()
    try:
        roots = trusted_roots()
        answer = send(
            settings.FOUNDRY_TIMESTAMP_URL, method="POST", body=asked.as_bytes(), headers={"Content-Type": QUERY}
        )
        if answer.status != 200 or answer.media_type != REPLY:
            raise StampError(f"{checkpoint} could not be stamped: the answer is {answer.status}, {answer.media_type}.")
        builder = VerifierBuilder.from_request(asked)
        for root in roots:
            builder = builder.add_root_certificate(root)
        builder.build().verify_message(decode_timestamp_response(answer.body), text)
    except (OSError, OutboundError, ValueError, VerificationError) as error:
        raise StampError(f"{checkpoint} could not be stamped: {error}") from error
    return answer.body


def _keep(caller: AuditCaller, checkpoint: Checkpoint, answer: bytes) -> None:
    stamp: TimeStampResponse = decode_timestamp_response(answer)
    at = stamp.tst_info.gen_time
    with write_transaction():
        _, is_new = Timestamp.objects.get_or_create(
            checkpoint=checkpoint,
            defaults={"authority": settings.FOUNDRY_TIMESTAMP_URL, "answer": answer, "stamped_at": at},
        )
        if is_new:
            data = {
                "number": checkpoint.number,
                "authority": settings.FOUNDRY_TIMESTAMP_URL,
                "at": rfc3339(at),
                "answer": hashlib.sha256(answer).hexdigest(),
            }
            target = Target.of("checkpoint", str(checkpoint.number))
            record(caller=caller, action=CHECKPOINT_STAMPED, target=target, data=data)
    logger.info("checkpoint number=%d stamped_at=%s", checkpoint.number, rfc3339(at))
