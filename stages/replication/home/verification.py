"""What `verify_audit` asks of copies: every event, every checkpoint, and every content that came with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from audit.chain import first_prev_hash, link_hash
from audit.findings import Finding
from audit.models import Event, project_chain
from blobs.reading import read_blob
from blobs.storage import StorageError
from drafts.attachments.hashing import read_through
from kernel.canonical import canonical
from kernel.errors import ValidationFailed
from kernel.ijson import parse
from stages.replication.choices import ContentKind
from stages.replication.home.checkpoints import home_of, keys_of_home, proof_fault
from stages.replication.home.events import COPIED
from stages.replication.home.named import file_named, names_text
from stages.replication.home.wire import Proof
from stages.replication.models import CopiedCheckpoint, CopiedEvent, WantedContent


def check_copies() -> Iterator[Finding]:
    """Check the copies of every project: the first event that is wrong of each, then what vouches for them."""
    for project_id in sorted(_projects(), key=str):
        fault = event_fault(project_id)
        if fault is not None:
            yield Finding(*fault, str(project_id))
        else:
            yield from _check_checkpoints(project_id)
    yield from _check_contents()


def contents_of_copies() -> Iterator[str]:
    """The hashes of contents that are here because somebody asked another site for them."""
    kept = WantedContent.objects.filter(blob__isnull=False)
    yield from kept.order_by().values_list("blob", flat=True).distinct()


def event_fault(project_id: UUID) -> tuple[str, str] | None:
    """The first copied event that is not as home recorded it: where, and what is wrong; None where none is."""
    chain, previous, site = project_chain(project_id), first_prev_hash(project_chain(project_id)), None
    events = CopiedEvent.objects.filter(project=project_id).order_by("seq")
    for seq, event in enumerate(events.iterator(chunk_size=2000), 1):
        site = site or event.site
        what = _fault(event, seq, chain, previous, site)
        if what is not None:
            return f"copy of {chain}#{seq}", what
        previous = bytes(event.hash)
    return None


def _fault(event: CopiedEvent, seq: int, chain: str, previous: bytes, site: UUID) -> str | None:
    if event.seq != seq:
        return f"event {seq} is missing: the next one found is {event.seq}"
    if bytes(event.prev_hash) != previous:
        return "does not link to the event before it"
    computed = link_hash(prev_hash=previous, seq=event.seq, at=event.at, canonical=event.canonical)
    if bytes(event.hash) != computed:
        return "its content or time was changed: the hash does not fit"
    return _fault_in_text(event, chain, site)


def _fault_in_text(event: CopiedEvent, chain: str, site: UUID) -> str | None:
    try:
        record = parse(event.canonical, max_depth=200)
    except ValidationFailed as error:
        return f"its text is not I-JSON: {error.detail}"
    if not isinstance(record, dict) or canonical(record) != event.canonical:
        return "its text is not in canonical form"
    expected = (record.get("chain"), record.get("site"), record.get("action"))
    if (event.chain, str(event.site), event.action) != expected or (event.chain, event.site) != (chain, site):
        return "it names another chain, site or action than it is stored under"
    return None


def _check_checkpoints(project_id: UUID) -> Iterator[Finding]:
    """Each checkpoint fits its event and is sealed by home; each that our own chain recorded is here."""
    chain = project_chain(project_id)
    kept = {each.seq: each for each in CopiedCheckpoint.objects.filter(project=project_id)}
    events = CopiedEvent.objects.filter(project=project_id, seq__in=kept)
    hashes, sites = dict(events.values_list("seq", "hash")), dict(events.values_list("seq", "site"))
    home = home_of(project_id)
    for seq, checkpoint in kept.items():
        if bytes(hashes.get(seq, b"")) != bytes(checkpoint.hash):
            yield Finding(f"copied {checkpoint} of {chain}", f"event {seq} is not the one that it vouches for", chain)
            return
        keys = keys_of_home(home) if home else set()
        what = proof_fault(_proof(checkpoint), chain=chain, site=sites[seq], keys=keys)
        if what is not None:
            yield Finding(f"copied {checkpoint} of {chain}", what, chain)
            return
    yield from _check_recorded(project_id, kept)


def _check_recorded(project_id: UUID, kept: dict[int, CopiedCheckpoint]) -> Iterator[Finding]:
    chain, recorded = project_chain(project_id), set()
    for event in Event.objects.of_project(project_id).filter(action=COPIED.name):
        seq = event.data["seq"]
        recorded.add(seq)
        checkpoint = kept.get(seq)
        if checkpoint is None or bytes(checkpoint.hash).hex() != event.data["hash"]:
            yield Finding(f"copied record of {chain}", f"event {seq}, which a checkpoint vouched for, is gone", chain)
    for seq in sorted(kept.keys() - recorded):
        yield Finding(f"copied {kept[seq]} of {chain}", "no event recorded it", chain)


def _check_contents() -> Iterator[Finding]:
    """What was asked for is named by an event or operation, and a file has the hash by which it was asked for.

    That a content has its SHA-256 is asked of all contents (`blobs.rebuilding`).
    """
    for wanted in WantedContent.objects.filter(blob__isnull=False).iterator(chunk_size=500):
        chain, is_text = str(wanted.project_id), wanted.kind == ContentKind.SHA256
        named = names_text(wanted.project_id, wanted.hash) if is_text else file_named(wanted.project_id, wanted.hash)
        what = None if named else "nothing in its project names it"
        if what is None and (wanted.hash if is_text else wanted.blob_id) != wanted.blob_id:
            what = "it is stored under another hash than it was asked for by"
        if what is None and not is_text:
            what = _file_fault(wanted)
        if what is not None:
            yield Finding(f"content {wanted.hash} of {chain}", what, chain)


def _file_fault(wanted: WantedContent) -> str | None:
    assert wanted.blob_id is not None
    try:
        found = read_through(_parts(wanted.blob_id)).blake3
    except StorageError as error:
        return f"it cannot be read: {error}"
    return None if found == wanted.hash else "it is another file than was asked for"


def _parts(sha256: str) -> Iterable[bytes]:
    return read_blob(sha256)


def _proof(checkpoint: CopiedCheckpoint) -> Proof:
    return Proof(
        number=checkpoint.number,
        text=checkpoint.text,
        signature=bytes(checkpoint.signature),
        key=bytes(checkpoint.site_key),
        seq=checkpoint.seq,
        hash=bytes(checkpoint.hash),
    )


def _projects() -> set[UUID]:
    copied = CopiedEvent.objects.order_by().values_list("project", flat=True).distinct()
    recorded = Event.objects.filter(action=COPIED.name).order_by().values_list("chain", flat=True).distinct()
    return {*copied, *(UUID(each) for each in recorded)}
