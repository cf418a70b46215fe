"""Which keys are trusted: those known from elsewhere, and those connected to one of them by sealed successions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from publishing.bundle.verifier.ed25519 import signed
from publishing.bundle.verifier.reading import Json, canonical_json, check, sha256

KEYS = "keys.jsonl"
KEY_MEMBERS = {"fingerprint", "public_key", "endorsement"}
SUCCESSION = {"type", "v", "site", "key", "next", "at", "reason"}


class Keys:
    """The keys inside a bundle: their public bytes, and the key that endorsed each (None for a first one)."""

    def __init__(self) -> None:
        self.public: dict[str, bytes] = {}
        self.before: dict[str, str | None] = {}
        self.reasons: dict[str, str] = {}

    def read(self, lines: Iterable[tuple[int, Json]], site: str) -> None:
        """Read all keys. Raises `WrongError` unless the previous key and the new one have sealed each endorsement."""
        for number, line in lines:
            where = f"{KEYS}, line {number}"
            check(set(line) == KEY_MEMBERS, f"{where}: it has other members")
            public, name = bytes.fromhex(line["public_key"]), line["fingerprint"]
            check(sha256(public) == name, f"{where}: {name} is another key's name")
            check(name not in self.public, f"{where}: the key is there already")
            self.public[name], self.before[name] = public, None
            if line["endorsement"] is not None:
                self.before[name] = self._endorser(line["endorsement"], name, site, where)

    def _endorser(self, given: Json, name: str, site: str, where: str) -> str:
        check(set(given) == {"statement", "seal", "next_seal"}, f"{where}: it has other members")
        content, text = canonical_json(given["statement"].encode(), where), given["statement"].encode()
        check(
            set(content) == SUCCESSION and content["type"] == "site_key" and content["v"] == 1,
            f"{where}: it endorses no key",
        )
        check((content["site"], content["next"]) == (site, name), f"{where}: it endorses another key")
        before: str = content["key"]
        check(before in self.public, f"{where}: the key that endorsed it is missing")
        fits = signed(self.public[before], text, bytes.fromhex(given["seal"]))
        both = fits and signed(self.public[name], text, bytes.fromhex(given["next_seal"]))
        check(both, f"{where}: it was not endorsed by the key before it")
        self.reasons[name] = content["reason"]
        return before

    def known(self, pins: Iterable[str]) -> Mapping[str, bytes]:
        """The keys connected to the pinned ones: all earlier ones, and later ones while there is only one successor."""
        found: set[str] = set()
        for pin in set(pins) & set(self.public):
            key: str | None = pin
            while key is not None and key not in found:
                found.add(key)
                key = self.before[key]
            after = [name for name, before in self.before.items() if before == pin]
            while len(after) == 1:
                found.add(after[0])
                after = [name for name, before in self.before.items() if before == after[0]]
        return {name: public for name, public in self.public.items() if name in found}
