"""Verifies a checkpoint of another site: who sealed it, and that it vouches for an event of the copied chain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audit.checkpoints.heads import Head
from audit.checkpoints.services import CHECKPOINT
from audit.keys.text import STATEMENT_VERSION, fingerprint_of
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from stages.registers.fold.signatures import verify
from stages.replication.admission.succession import chain_of
from stages.replication.home.wire import Proof, is_moment
from stages.replication.models import Peer


def home_of(project_id: UUID) -> Peer | None:
    """The site where the project is at home, as this replica knows it; None at home."""
    return Peer.objects.filter(project=project_id, is_home=True).first()


def keys_of_home(home: Peer) -> set[bytes]:
    """The keys under which home may have sealed: its own, and those before it, each of which endorsed the next."""
    before = (link["before"] for link in chain_of(home.project_id, home.key_text))
    return {bytes(home.key), *map(bytes.fromhex, before)}


def proof_fault(proof: Proof, *, chain: str, site: UUID, keys: set[bytes]) -> str | None:
    """What is wrong with a proof of `site` for its event of `chain`; None where nothing is."""
    statement = _statement(proof.text)
    if statement is None:
        return _("its text is no checkpoint in canonical form")
    if proof.key not in keys:
        return _("it is sealed by a key that is not known as the key of home")
    if not verify(proof.key, proof.signature, proof.text):
        return _("its seal does not fit its text")
    return _fault_in_statement(statement, proof, chain=chain, site=site)


def _fault_in_statement(statement: Mapping[str, Any], proof: Proof, *, chain: str, site: UUID) -> str | None:
    if statement.get("site") != str(site):
        return _("it was sealed at another site")
    if (statement.get("key"), statement.get("number")) != (fingerprint_of(proof.key), proof.number):
        return _("its number or key is not the one in its text")
    if not is_moment(statement.get("at")):
        return _("it does not say when it was sealed")
    heads = statement.get("heads")
    if not isinstance(heads, list) or Head(chain, proof.seq, proof.hash.hex()).digest not in heads:
        return _("it does not name the event that it is said to vouch for")
    return None


def _statement(text: str) -> dict[str, Any] | None:
    try:
        statement = parse(text)
    except ValidationFailed:
        return None
    if not isinstance(statement, dict) or canonical(statement) != text:
        return None
    is_checkpoint = statement.get("type") == CHECKPOINT and statement.get("v") == STATEMENT_VERSION
    return statement if is_checkpoint else None
