"""A bundle as sites exchange it, before anything of it was read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from stages.registers.fold.bundles import SignedBundle, hash_of, read_bundle


@dataclass(frozen=True)
class WireBundle:
    """The text of the header, and each operation's text with its signature."""

    header: str
    operations: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, signed: SignedBundle) -> WireBundle:
        return cls(signed.header_text, tuple(zip(signed.texts, signed.signatures, strict=True)))

    @cached_property
    def hash(self) -> str:
        """The hash that the bundle has, whatever its texts say."""
        texts = [text for text, _signature in self.operations]
        return hash_of(self.header, texts, [signature for _text, signature in self.operations])

    def read(self) -> SignedBundle:
        """The bundle, by its form alone. Raises `Malformed`."""
        signed = read_bundle(self.header, self.operations)
        # Of the same texts.
        vars(signed)["hash"] = self.hash
        return signed
