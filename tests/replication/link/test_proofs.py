"""What two sites prove to each other, and what cannot be used for anything else."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from stages.registers.fold.signatures import SMALL_ORDER_KEYS
from stages.replication.link.proofs import Parties, Signer, is_signed, new_nonce, signed
from tests.replication.link.keys import new_signer

PROJECT = UUID("01900000-0000-7000-8000-000000000001")
OTHER = UUID("01900000-0000-7000-8000-000000000002")


@pytest.fixture
def dialler() -> Signer:
    return new_signer()


@pytest.fixture
def answerer() -> Signer:
    return new_signer()


@pytest.fixture
def parties(dialler: Signer, answerer: Signer) -> Parties:
    return Parties(PROJECT, dialler.key, answerer.key)


def test_each_proves_its_own_key(parties: Parties, dialler: Signer, answerer: Signer) -> None:
    nonces = new_nonce(), new_nonce()
    assert is_signed(answerer.key, signed(answerer, parties.answer_text(nonces)), parties.answer_text(nonces))
    assert is_signed(dialler.key, signed(dialler, parties.dial_text(nonces)), parties.dial_text(nonces))
    assert not is_signed(dialler.key, signed(answerer, parties.dial_text(nonces)), parties.dial_text(nonces))


def test_a_proof_is_good_for_one_project_one_site_and_one_time(
    parties: Parties, dialler: Signer, answerer: Signer
) -> None:
    nonces = new_nonce(), new_nonce()
    proof = signed(dialler, parties.dial_text(nonces))
    for other in (
        replace(parties, project=OTHER).dial_text(nonces),
        replace(parties, answerer=new_signer().key).dial_text(nonces),
        parties.dial_text((nonces[0], new_nonce())),
        parties.dial_text((new_nonce(), nonces[1])),
        # Sent back as the other's own, with the parts exchanged.
        Parties(PROJECT, answerer.key, dialler.key).answer_text(nonces),
        parties.hello_text(nonce=nonces[0], now=0),
    ):
        assert not is_signed(dialler.key, proof, other)


def test_keys_of_small_order_and_what_is_no_signature_prove_nothing(parties: Parties) -> None:
    text = parties.dial_text((new_nonce(), new_nonce()))
    for key in SMALL_ORDER_KEYS:
        assert not is_signed(key.hex(), "00" * 64, text)
        assert not is_signed(key.hex(), key.hex() + "00" * 32, text)
    for signature in ("", "00", "zz" * 64, "00" * 65):
        assert not is_signed(new_signer().key, signature, text)
