"""A site's new key: the chain of statements in which each key endorsed the next, and where the old bundles end.

A link of the chain is `{before, key, statement, seal, next_seal, ends}`: two public keys, the succession that both
sealed (`audit.keys.succession`), and `ends`, a statement `chain_end` which the newest key seals: the last bundle that
this site wrote under the key `before` in the project.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from audit.keys.sealing import seal
from audit.keys.succession import SITE_KEY, Endorsement, SiteKeys, site_keys
from audit.keys.text import STATEMENT_VERSION, fingerprint_of
from audit.models import Event
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from stages.registers.fold.signatures import verify
from stages.registers.keys import own_site_key
from stages.replication.admission.cuts import Cut, own_head, read_cut
from stages.replication.admission.events import KEY_CHANGED
from stages.replication.admission.keys import is_key

CHAIN_END: Final = "chain_end"
# More changes of a key than a site makes while another one is away.
MAX_CHAIN: Final = 20
_MEMBERS: Final = frozenset({"before", "key", "statement", "seal", "next_seal", "ends"})


@dataclass(frozen=True, slots=True)
class Succession:
    """That one key of a site follows another one, whose chain of bundles ends at `end`; `link` is as it was sent."""

    before: str
    key: str
    site_id: UUID
    end: Cut
    link: Mapping[str, Any]


def key_chain(project_id: UUID) -> list[dict[str, Any]]:
    """By which changes this site came to its key, oldest first; empty where it has its first one."""
    keys = site_keys()
    found: list[dict[str, Any]] = []
    for before, key, recorded in _lineage(keys, fingerprint_of(own_site_key())):
        found.insert(
            0,
            {
                "before": before.hex(),
                "key": key.hex(),
                "statement": recorded.statement,
                "seal": recorded.seal.hex(),
                "next_seal": recorded.next_seal.hex(),
                "ends": _end(project_id, before),
            },
        )
    return found[-MAX_CHAIN:]


def read_chain(chain: Any, project_id: UUID, key: str) -> list[Succession]:
    """The changes that lead to a key, oldest first, as far back as they hold together; whatever is wrong ends them."""
    found: list[Succession] = []
    later = [key]
    links: list[Any] = chain[-MAX_CHAIN:] if isinstance(chain, list) else []
    for link in reversed(links):
        succession = _read(link, project_id, later)
        if succession is None or succession.key != later[-1]:
            break
        found.insert(0, succession)
        later.append(succession.before)
    return found


def successor_of(project_id: UUID, key: str) -> str | None:
    """The key that a site of the project has instead of this one."""
    return next((str(event.data["site"]) for event in changes_of(project_id) if event.data["before"] == key), None)


def chain_of(project_id: UUID, key: str) -> list[dict[str, Any]]:
    """By which changes another site came to its key, as it sent them, oldest first."""
    links = {event.data["site"]: event.data["link"] for event in changes_of(project_id)}
    found: list[dict[str, Any]] = []
    while key in links and len(found) < MAX_CHAIN:
        found.insert(0, links[key])
        key = links[key]["before"]
    return found


def changes_of(project_id: UUID) -> list[Event]:
    """The events of new keys of the project's sites, oldest first."""
    return list(Event.objects.of_project(project_id).filter(action=KEY_CHANGED))


def _lineage(keys: SiteKeys, fingerprint: str) -> Iterator[tuple[bytes, bytes, Endorsement]]:
    """Each change that led to a key, newest first: the public keys before and after, and the endorsement."""
    while (recorded := keys.recorded.get(fingerprint)) and recorded.predecessor and recorded.endorsement:
        before = keys.recorded[recorded.predecessor]
        yield before.public_key, recorded.public_key, recorded.endorsement
        fingerprint = before.fingerprint


def _end(project_id: UUID, before: bytes) -> dict[str, str]:
    """The sealed statement of where the chain of an own key ended. What other sites still have of it comes back."""
    members = {"project": str(project_id), "site_key": before.hex(), **own_head(project_id, before).as_data()}
    sealed = seal(CHAIN_END, members)
    return {"text": sealed.text, "seal": sealed.signature.hex()}


def _read(link: Any, project_id: UUID, later: list[str]) -> Succession | None:
    """One change, if both keys sealed it, and one of those that came `later` sealed where the chain ended."""
    if not isinstance(link, dict) or set(link) != _MEMBERS or not is_key(link["before"]) or not is_key(link["key"]):
        return None
    before, key = bytes.fromhex(link["before"]), bytes.fromhex(link["key"])
    try:
        statement = _statement(link["statement"], SITE_KEY)
        site = UUID(statement["site"])
        seals = [bytes.fromhex(link[name]) for name in ("seal", "next_seal")]
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if (statement.get("key"), statement.get("next")) != (fingerprint_of(before), fingerprint_of(key)):
        return None
    if not all(verify(signer, seal, link["statement"]) for signer, seal in zip((before, key), seals, strict=True)):
        return None
    end = _read_end(link["ends"], project_id, link["before"], later)
    return Succession(link["before"], link["key"], site, end, link) if end is not None else None


def _read_end(ends: Any, project_id: UUID, before: str, later: list[str]) -> Cut | None:
    try:
        text, signature = ends["text"], bytes.fromhex(ends["seal"])
        found = _statement(text, CHAIN_END)
    except (KeyError, TypeError, ValueError):
        return None
    if (found.get("site_key"), found.get("project")) != (before, str(project_id)):
        return None
    if not any(verify(bytes.fromhex(each), signature, text) for each in later):
        return None
    return read_cut({"number": found.get("number"), "hash": found.get("hash")})


def _statement(text: Any, kind: str) -> dict[str, Any]:
    """A statement in canonical form of a type. Raises `ValueError`."""
    try:
        found = parse(text) if isinstance(text, str) else None
    except ValidationFailed as error:
        raise ValueError(kind) from error
    if not isinstance(found, dict) or canonical(found) != text:
        raise ValueError(kind)
    if (found.get("type"), found.get("v")) != (kind, STATEMENT_VERSION):
        raise ValueError(kind)
    return found
