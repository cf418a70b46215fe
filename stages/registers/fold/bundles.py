"""Bundles: operations that count together or not at all, in the chain of their site."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from stages.registers.fold.clocks import Clock, changes, join
from stages.registers.fold.errors import Malformed
from stages.registers.fold.headers import MAX_OPERATIONS, Header, read_header
from stages.registers.fold.hlc import ZERO, next_hlc
from stages.registers.fold.members import check_distinct
from stages.registers.fold.operations import Operation, SignedText, read_operation
from stages.registers.fold.payloads import Payload
from stages.registers.fold.signatures import SIGNATURE_BYTES, verify
from stages.registers.fold.texts import sha256

MAX_BYTES: Final = 8 * 1024 * 1024

# A payload, and which rule or script it comes from.
Sourced = tuple[Payload, Mapping[str, str] | None]


@dataclass(frozen=True)
class SignedBundle:
    """A bundle by its form: the header's text, and each operation's text with its signature of 64 bytes."""

    header: Header
    header_text: str
    operations: tuple[SignedText, ...]
    texts: tuple[str, ...]
    signatures: tuple[bytes, ...]

    @cached_property
    def hash(self) -> str:
        """The hash that the next bundle of the site names."""
        return hash_of(self.header_text, self.texts, self.signatures)

    def wrong_signature(self) -> int | None:
        """The position of the first operation (from 0) that its actor has not signed."""
        for at, operation in enumerate(self.operations):
            if not verify(bytes.fromhex(operation.actor_id), self.signatures[at], self.texts[at]):
                return at
        return None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest bundle of a site's chain: its number, hash, last HLC, and the site's full clock at it."""

    number: int = 0
    hash: str | None = None
    hlc: str = ZERO
    clock: Clock = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle in its chain: what the fold takes. `clock` is the full vector clock, the site itself left out."""

    signed: SignedBundle = field(repr=False)
    hash: str
    clock: Clock

    @property
    def header(self) -> Header:
        return self.signed.header

    @property
    def hlc(self) -> str:
        """The HLC of the last operation."""
        return self.signed.operations[-1].hlc

    @property
    def head(self) -> Head:
        return Head(self.header.number, self.hash, self.hlc, self.clock)

    @cached_property
    def operations(self) -> tuple[Operation, ...]:
        return tuple(
            Operation(
                hlc=each.hlc,
                op_id=each.op_id,
                site=self.header.site_key,
                actor_id=each.actor_id,
                bundle_id=each.bundle_id,
                payload=each.payload,
                clock=self.clock,
                source=each.source,
            )
            for each in self.signed.operations
        )


def hash_of(header_text: str, texts: Iterable[str], signatures: Iterable[bytes]) -> str:
    """SHA-256 over the header, the texts, and the signatures, each after its length in 8 bytes (big-endian)."""
    parts = [header_text.encode(), *(text.encode() for text in texts), *signatures]
    pieces = (piece for part in parts for piece in (len(part).to_bytes(8, "big"), part))
    return hashlib.sha256(b"".join(pieces)).hexdigest()


def read_bundle(header_text: str, operations: Sequence[tuple[str, bytes]]) -> SignedBundle:
    """The bundle of these texts and signatures, by its form alone. Raises `Malformed`.

    Whether the signatures are right says `SignedBundle.wrong_signature`, whether it fits its chain `check_follows`.
    """
    header = read_header(header_text)
    if header.count != len(operations):
        raise Malformed("count", "{count}, but {found} operations", count=header.count, found=len(operations))
    size = len(header_text.encode()) + sum(_size(text) + len(signature) for text, signature in operations)
    if size > MAX_BYTES:
        raise Malformed("", "larger than {most} bytes", most=MAX_BYTES)
    read = []
    for at, (text, signature) in enumerate(operations):
        try:
            read.append(read_operation(text))
        except Malformed as error:
            raise error.below(f"operations.{at}") from None
        if len(signature) != SIGNATURE_BYTES:
            raise Malformed(f"operations.{at}.signature", "not {size} bytes", size=SIGNATURE_BYTES)
    _check_operations(header, sha256(header_text), read)
    texts, signatures = zip(*operations, strict=True)
    return SignedBundle(header, header_text, tuple(read), texts, signatures)


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))


def _check_operations(header: Header, digest: str, operations: Sequence[SignedText]) -> None:
    last = ZERO
    for at, operation in enumerate(operations):
        if operation.header != digest or operation.bundle_id != header.bundle_id:
            raise Malformed(f"operations.{at}.header", "names another bundle")
        if operation.hlc <= last:
            raise Malformed(f"operations.{at}.hlc", "not later than the operation before")
        last = operation.hlc
    check_distinct((operation.op_id for operation in operations), "operations")


def check_follows(signed: SignedBundle, head: Head) -> Bundle:
    """The bundle with its full clock, as the next one after `head` in its site's chain. Raises `Malformed`.

    What is newest on its key counts without a look at what is there; that is right only because a bundle is later than
    all that its clock names.
    """
    header = signed.header
    if header.number != head.number + 1:
        raise Malformed("number", "{number}, where {next} is next", number=header.number, next=head.number + 1)
    if header.prev != head.hash:
        raise Malformed("prev", "not the hash of the bundle before")
    for site, hlc in header.saw.items():
        if hlc <= head.clock.get(site, ZERO):
            raise Malformed(f"saw.{site}", "not later than what the site had seen before")
    clock = {**head.clock, **header.saw}
    if signed.operations[0].hlc <= max([head.hlc, *clock.values()]):
        raise Malformed("operations.0.hlc", "not later than everything that the bundle had seen")
    return Bundle(signed, signed.hash, clock)


def compose_bundle(
    payloads: Iterable[Sourced],
    *,
    project: str,
    site_key: str,
    head: Head,
    seen: Clock,
    actor_id: str,
    sign: Callable[[str], bytes],
    new_id: Callable[[], str],
    now_ms: int,
    undoes: str | None = None,
) -> Bundle:
    """The next bundle of a site, of an actor who has seen what the clock `seen` covers.

    `sign` answers the Ed25519 signature of a text under the actor's key. Raises `ValueError` without a payload, and for
    more than 10,000; `Malformed` where the bundle would be larger than 8 MiB.
    """
    listed = list(payloads)
    if not 1 <= len(listed) <= MAX_OPERATIONS:
        raise ValueError(f"A bundle has 1 to {MAX_OPERATIONS} operations, not {len(listed)}.")
    others = {site: hlc for site, hlc in seen.items() if site != site_key}
    clock = dict(head.clock)
    join(clock, others)
    header = Header(
        project=project,
        bundle_id=new_id(),
        site_key=site_key,
        number=head.number + 1,
        prev=head.hash,
        saw=changes(head.clock, clock),
        count=len(listed),
        undoes=undoes,
    )
    header_text = header.text
    header_hash = sha256(header_text)
    hlc = max([head.hlc, *clock.values()])
    operations = []
    for payload, source in listed:
        hlc = next_hlc(hlc, now_ms)
        operations.append(
            SignedText(
                header=header_hash,
                bundle_id=header.bundle_id,
                op_id=new_id(),
                hlc=hlc,
                actor_id=actor_id,
                payload=payload,
                source=source,
            )
        )
    texts = tuple(operation.text for operation in operations)
    if len(header_text.encode()) + sum(len(text.encode()) + SIGNATURE_BYTES for text in texts) > MAX_BYTES:
        raise Malformed("", "larger than {most} bytes", most=MAX_BYTES)
    signed = SignedBundle(header, header_text, tuple(operations), texts, tuple(map(sign, texts)))
    return Bundle(signed, signed.hash, clock)
