"""The members of the messages of a link, as they are read: what is missing, unknown or of another type is refused."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec

from stages.replication.models.peers import MAX_ADDRESS, MAX_NAME

# What clocks and nonces are made of.
Hex32 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Hex64 = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{128}\Z")]
Hlc = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{24}\Z")]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
# A text that Postgres can hold.
Line = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f\x7f]*\Z", max_length=MAX_NAME)]
Code = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,200}\Z")]

_BLOCK_OR_ID: Final = r"\A[0-9a-f]{2}(?:[0-9a-f]{6}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?\Z"

MAX_SITES: Final = 1_000
MAX_INTRODUCTIONS: Final = 200
MAX_SUCCESSIONS: Final = 100
MAX_KEYS: Final = 1_000
MAX_BUNDLES: Final = 500

Clock = Annotated[dict[Hex32, tuple[Hlc, Number, Hex32]], msgspec.Meta(max_length=MAX_SITES)]
Held = Annotated[dict[Hex32, tuple[Number, Hex32]], msgspec.Meta(max_length=MAX_SITES)]
Succession = Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAX_SUCCESSIONS)]


class Message(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Parameters or a result."""


class Hello(Message):
    """The first message of a dialler, which signs it: see `proofs`."""

    v: int
    project: UUID
    to: Hex32
    key: Hex32
    site: UUID
    name: Line
    address: Annotated[str, msgspec.Meta(pattern=r"\A[!-~]*\Z", max_length=MAX_ADDRESS)]
    nonce: Hex32
    now: Milliseconds
    seal: Hex64
    succession: Succession = []
    code: Code | None = None


class Answer(Message):
    """What a site answers to a `hello` of one that it admitted; `proof` is its signature."""

    v: int
    key: Hex32
    site: UUID
    name: Line
    nonce: Hex32
    now: Milliseconds
    proof: Hex64
    succession: Succession = []


class Prove(Message):
    """The dialler's proof, after the answerer's."""

    proof: Hex64


class Fork(Message):
    """A number under which its site wrote another bundle for us than for the reader: `hash` is that of ours."""

    site: Hex32
    number: Number
    hash: Hex32


class RecordEnd(Message):
    """Where the record of home ends, or the copy of it: its newest event, and up to which one a checkpoint vouches."""

    seq: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] | None = None
    hash: Annotated[str, msgspec.Meta(pattern=r"\A(?:[0-9a-f]{64})?\Z")] = ""
    verified: Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)] = 0


class State(Message):
    """What a site has: its clock, the hash of what that shows, what it holds, whom it admitted, its record."""

    clock: Clock
    state_hash: Hex32
    held: Held
    admitted: Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAX_INTRODUCTIONS)]
    record: RecordEnd
    now: Milliseconds


class StateAnswer(Message):
    """What is different about the chains that a `state` named."""

    forks: Annotated[list[Fork], msgspec.Meta(max_length=MAX_SITES)]


class BundlesPush(Message):
    """Bundles as they are stored, in the order of their arrival, after the certificates of who signed them."""

    bundles: Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAX_BUNDLES)]
    keys: Annotated[list[dict[str, Any]], msgspec.Meta(max_length=MAX_KEYS)]
    remaining: Count


class Taken(Message):
    """What a site has after it took bundles in, or held them."""

    clock: Clock
    held: Held


class DigestsGet(Message):
    """Which digests to compare: those of all blocks, or the single ones of one block, by the last byte of the ids."""

    block: Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{2}\Z")] | None = None


class Digests(Message):
    """Hashes by the block or the id that they are of."""

    digests: dict[Annotated[str, msgspec.Meta(pattern=_BLOCK_OR_ID)], Hex32]
