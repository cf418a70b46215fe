"""The other sites of a project in a bundle: who was admitted, until when, what they sent. Also a piece of `verify.py`.

It imports the standard library and the verifier's modules only.
"""

from __future__ import annotations

from collections.abc import Iterable

from audit.derivation import Event, Json, actor_of
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.ed25519 import signed
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import canonical_json, check, sha256
from publishing.bundle.verifier.record import check_lines

SITES_FILE = "sites/sites.jsonl"
SITE_STEPS = frozenset(
    f"site.{name}" for name in ("admitted", "introduced", "rights_changed", "revoked", "cut_moved", "key_changed")
) | {"project.joined"}
SITES_READ = (*sorted(SITE_STEPS), "held.released", "register.ingested")
SITE_FACTS = ("name", "site_id", "address", "certificate_sha256", "rights", "copies", "is_home", "introduced_by")


class SitesOfProject:
    """The sites of a project as its events say, event by event; by their keys, in the order in which they came."""

    def __init__(self) -> None:
        self.sites: dict[str, Json] = {}
        # Bundles that an owner let in although their site or their author was revoked.
        self.released: set[str] = set()

    def take(self, event: Event) -> None:
        _number, at, record = event
        data, action = record["data"], record["action"]
        if action == "held.released":
            self.released.add(data["hash"])
        if action not in SITE_STEPS:
            return
        site = self.sites.setdefault(data["site"], self._new(data["site"]))
        site |= {name: data[name] for name in SITE_FACTS}
        if action in ("site.admitted", "project.joined", "site.key_changed"):
            site |= {"admitted_at": at, "admitted_by": actor_of(record), "revoked_at": None, "cut": None}
        if action in ("site.revoked", "site.cut_moved"):
            site |= {"revoked_at": at if action == "site.revoked" else site["revoked_at"], "cut": data["cut"]}
        if action == "site.key_changed":
            site["follows"] = data["before"]
            self.sites[data["before"]] |= {"is_home": False, "revoked_at": at, "cut": data["cut"]}

    def _new(self, key: str) -> Json:
        never = dict.fromkeys(("admitted_at", "admitted_by", "revoked_at", "cut", "follows"))
        return {"key": key, "bundles": 0, **never}

    def count(self, data: Json) -> None:
        """Bundles of a site came in."""
        site = self.sites.get(data["site"])
        if site is not None:
            site["bundles"] += len(data["bundles"])

    def fault(self, data: Json) -> str:
        """Why bundles of a site could not come in then; empty where they could."""
        site = self.sites.get(data["site"])
        if site is None or (site["admitted_at"] is None and site["revoked_at"] is None):
            return "was not admitted"
        if site["revoked_at"] is None:
            return "" if site["rights"] == "writes" else "could only read"
        first, _last = data["numbers"]
        late = [each["hash"] for at, each in enumerate(data["bundles"], first) if at > site["cut"]["number"]]
        return "was revoked" if set(late) - self.released else ""


def sites_of(events: Iterable[Event]) -> list[Json]:
    """The sites as of the last of these events, with how many bundles of each came in."""
    found = SitesOfProject()
    for event in events:
        found.take(event)
        if event[2]["action"] == "register.ingested":
            found.count(event[2]["data"])
    return list(found.sites.values())


def check_sites(facts: Facts) -> None:
    """The list is what the events say, no bundle came in that might not, and new keys are sealed by those before."""
    own = {key.hex() for key in facts.known.values()}
    found = SitesOfProject()
    for event in facts.all_events():
        number, _at, record = event
        data = record["data"]
        where = f"events.jsonl, event {number}"
        if record["action"] == "site.key_changed":
            check_site_succession(data, where)
            check(data["before"] in found.sites, f"{where}: the site {data['before']} has a new key, and never came")
        found.take(event)
        # What this site wrote itself may come back to it after a restore.
        if record["action"] == "register.ingested" and data["site"] not in own:
            fault = found.fault(data)
            check(not fault, f"{where}: bundles came in of the site {data['site']}, which {fault}")
    lines = check_lines(facts, SITES_FILE, sites_of(facts.all_events()))
    there = {name for name in facts.bundle.names() if name.startswith("sites/")} - {SITES_FILE}
    check(not there, f"{min(there, default='')}: it is no file of sites")
    for line in lines:
        if line["bundles"]:
            facts.notes.append(f"the site {line['name'] or 'without a name'} {line['key']}: {line['bundles']} bundles")
    facts.notes.append(f"{len(lines)} other sites")


def check_site_succession(data: Json, where: str) -> None:
    """A new key of a site is one that the key before it named, and both sealed that."""
    link = data["link"]
    check((link["before"], link["key"]) == (data["before"], data["site"]), f"{where}: it links other keys")
    said = canonical_json(link["statement"].encode(), where)
    prints = (sha256(bytes.fromhex(data["before"])), sha256(bytes.fromhex(data["site"])))
    check((said.get("type"), said.get("key"), said.get("next")) == ("site_key", *prints), f"{where}: no succession")
    for key, seal in ((data["before"], link["seal"]), (data["site"], link["next_seal"])):
        fits = signed(bytes.fromhex(key), link["statement"].encode(), bytes.fromhex(seal))
        check(fits, f"{where}: the key {key} has not sealed the succession")


add_part(Part("sites", actions=SITE_STEPS, folders=frozenset({"sites"}), check=check_sites))
