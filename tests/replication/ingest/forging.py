"""Bundles that are signed as they should be, and wrong in one place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from kernel.canonical import canonical
from stages.registers.fold.hlc import make_hlc, split_hlc
from stages.registers.fold.texts import sha256
from stages.registers.fold.wire import WireBundle
from stages.replication.choices import HeldReason
from tests.registers.fold.writing import numbered_id
from tests.replication.ingest.world import Site, record


class Forgery:
    """The next bundle of a site, to be changed before it is signed. `seen` is another site, which it knows."""

    def __init__(self, site: Site, seen: str, before: WireBundle | None) -> None:
        self.site, self.seen, self.before = site, seen, before
        bundle = site.write(record(numbered_id(6)))
        self.header: dict[str, Any] = json.loads(bundle.header)
        self.texts: list[dict[str, Any]] = [json.loads(text) for text, _signature in bundle.operations]

    def signed(self) -> WireBundle:
        header = canonical(self.header)
        operations = []
        for each in self.texts:
            text = canonical({**each, "header": sha256(header), "bundle_id": self.header["bundle_id"]})
            operations.append((text, self.site.person.sign(text.encode()).signature))
        return WireBundle(header, tuple(operations))

    def last_hlc(self) -> str:
        return str(self.texts[0]["hlc"])

    def see(self, hlc: str) -> None:
        self.header["saw"] = {self.seen: hlc}

    def set_header(self, **members: Any) -> None:
        self.header |= members

    def set_hlcs(self, *counters: int) -> None:
        ms = split_hlc(self.last_hlc())[0]
        for each, counter in zip(self.texts, counters, strict=False):
            each["hlc"] = make_hlc(ms, counter)

    def repeat_id(self) -> None:
        self.texts[1]["op_id"] = self.texts[0]["op_id"]

    def use_id_of_before(self) -> None:
        assert self.before is not None
        self.texts[0]["op_id"] = json.loads(self.before.operations[0][0])["op_id"]


# What breaks the form of a bundle, or its chain.
MALFORMED: Final[dict[str, Callable[[Forgery], None]]] = {
    "first HLC equals an entry of the clock": lambda each: each.see(each.last_hlc()),
    "HLCs fall": lambda each: each.set_hlcs(2, 1),
    "clock falls": lambda each: each.see(make_hlc(1)),
    "no number at all": lambda each: each.set_header(number=0),
    "more operations than it says": lambda each: each.set_header(count=1),
    "an operation's id twice": lambda each: each.repeat_id(),
    "an id of a bundle before": lambda each: each.use_id_of_before(),
    "another project": lambda each: each.set_header(project=numbered_id(99)),
}


def flipped(text: str, member: str, digit: int = -1) -> str:
    """A canonical text in which one digit of a member is another one."""
    value = json.loads(text)
    found = value[member]
    value[member] = found[:digit] + ("0" if found[digit] != "0" else "1") + (found[digit + 1 :] if digit != -1 else "")
    return canonical(value)


def of_text(bundle: WireBundle) -> WireBundle:
    text, signature = bundle.operations[-1]
    return replace(bundle, operations=(*bundle.operations[:-1], (text.replace("elsewhere", "elsewherf"), signature)))


def of_signature(bundle: WireBundle) -> WireBundle:
    text, signature = bundle.operations[0]
    return replace(bundle, operations=((text, bytes([signature[0] ^ 1]) + signature[1:]), *bundle.operations[1:]))


# Changes of a bundle that was signed, and the reason for which it is held then.
FLIPPED: Final[dict[str, tuple[Callable[[WireBundle], WireBundle], HeldReason]]] = {
    "text": (of_text, HeldReason.BAD_SIGNATURE),
    "signature": (of_signature, HeldReason.BAD_SIGNATURE),
    "header": (lambda each: replace(each, header=flipped(each.header, "bundle_id")), HeldReason.MALFORMED),
    "prev": (lambda each: replace(each, header=flipped(each.header, "prev")), HeldReason.MALFORMED),
    "not json": (lambda each: replace(each, header="{"), HeldReason.MALFORMED),
    "order of keys": (
        lambda each: replace(each, header=json.dumps(dict(reversed(json.loads(each.header).items())))),
        HeldReason.MALFORMED,
    ),
}
