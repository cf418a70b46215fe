"""Bundles that are signed as they should be, and wrong in one place."""

from __future__ import annotations

import json
from typing import Any

from kernel.canonical import canonical
from stages.registers.fold.hlc import make_hlc, split_hlc
from stages.registers.fold.texts import sha256
from stages.registers.fold.wire import WireBundle
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
