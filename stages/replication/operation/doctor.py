"""What the doctor says of other sites: who was never reached, whose clock is wrong, what is held, what expires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from cryptography import x509
from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from kernel.doctor import Diagnoses, Diagnosis, bad, ok, warn
from projects.models import Project
from stages.registers.keys import own_site_key
from stages.replication.admission.cuts import own_head
from stages.replication.choices import HeldReason, Rights
from stages.replication.environment import CERTIFICATE, DISCOVERY, PLAIN, SKEW, URL
from stages.replication.ingest.mark import read_mark
from stages.replication.models import HeldBundle, Peer
from stages.replication.reading.clocks import heads_here, heads_of
from stages.replication.reading.uncounted import cuts_of, uncounted_of

SUBJECT: Final = "Sites"
# A laptop may be away for a week; after two somebody should know.
SILENT: Final = timedelta(days=14)
EXPIRES_SOON: Final = timedelta(days=21)
# Held as long as somebody has not decided, however well the sites work.
_BY_ITSELF: Final = frozenset({HeldReason.FUTURE, HeldReason.BEHIND})


def examine() -> Diagnoses:
    """Links, clocks, held bundles, certificates and alarms of all projects."""
    peers = Peer.objects.filter(admitted_at__isnull=False, revoked_at=None).select_related("project").order_by("id")
    yield _links(peers)
    yield _address()
    for peer in peers:
        yield from _of_peer(peer)
    yield from _uncounted(peers)
    yield from _marks()
    yield from _held()
    yield from _certificate(getattr(settings, CERTIFICATE), "of this site")


def _links(peers: QuerySet[Peer]) -> Diagnosis:
    projects = peers.order_by().values("project").distinct().count()
    linked = peers.filter(connected_at__isnull=False).count()
    return ok(SUBJECT, f"{peers.count()} admitted in {projects} projects, {linked} linked")


def _address() -> Diagnosis:
    url = getattr(settings, URL)
    said = f"others dial {url}" if url else f"others cannot dial this site, which dials them ({URL} is not set)"
    plain = "; links without TLS are allowed" if getattr(settings, PLAIN) else ""
    found = "on" if getattr(settings, DISCOVERY) else "off"
    return ok("Address for sites", f"{said}{plain}; discovery is {found}")


def _of_peer(peer: Peer) -> Iterator[Diagnosis]:
    subject = f"Site {peer}, project {peer.project.name}"
    if peer.alarm is not None and not peer.alarm.get("over_at"):
        remedy = "The project's page Sites says what differs. docs/sites.md, when sites differ, says what to do."
        yield bad(subject, f"alarm ({peer.alarm.get('kind', '')}): {peer.alarm.get('detail', '')}", remedy)
    if peer.last_seen_at is None:
        if peer.address:
            yield warn(subject, "never reached", f"Look whether {peer.address} answers from this machine.")
        else:
            remedy = "It has to dial this site: give this site an address, or that one, by a new invitation."
            yield warn(subject, "never linked, and it has no address", remedy)
    elif timezone.now() - peer.last_seen_at > SILENT:
        yield warn(subject, f"silent since {peer.last_seen_at:%Y-%m-%d}", "Ask there, or revoke it if it is lost.")
    yield from _clock(peer, subject)
    yield from _certificate(peer.certificate, f"of {peer}")


def _clock(peer: Peer, subject: str) -> Iterator[Diagnosis]:
    seconds = abs(peer.skew_ms or 0) / 1000
    allowed = getattr(settings, SKEW)
    if seconds <= allowed / 2:
        return
    which = "ahead" if (peer.skew_ms or 0) > 0 else "behind"
    remedy = "Set the clock of the one that is wrong by NTP; the doctor's line Clock says how this site's is."
    make = bad if seconds > allowed else warn
    yield make(subject, f"its clock is {seconds:,.0f} s {which} of this site's, and {allowed} s are allowed", remedy)


def _uncounted(peers: QuerySet[Peer]) -> Iterator[Diagnosis]:
    """Sites that may only read and have more of a revoked one than counts here: their word does not move its cut."""
    cuts: dict[UUID, dict[str, int]] = {}
    names: dict[str, str] = {}
    readers = peers.filter(rights=Rights.READS)
    for revoked in Peer.objects.filter(revoked_at__isnull=False, project__in=readers.order_by().values("project")):
        cuts.setdefault(revoked.project_id, {}).update(cuts_of(revoked))
        names[revoked.key_text] = str(revoked)
    for peer in readers.filter(project__in=cuts):
        here = heads_here(peer.project_id)
        for each in uncounted_of(peer, heads_of(peer, here), here, cuts[peer.project_id], names):
            if each.is_there:
                said = f"it has {each.bundles} more bundles of {each.name}, revoked, than count here, and stays ahead"
                remedy = "It may only read, so its word does not count: owners release them where they are held back."
                yield warn(f"Site {peer}, project {peer.project.name}", said, remedy)


def _marks() -> Iterator[Diagnosis]:
    """Projects whose own bundles are not all here, since the database was restored from a backup."""
    key = own_site_key()
    for project in Project.objects.filter(pk__in=Peer.objects.order_by().values("project")).order_by("id"):
        mark, here = read_mark(project.id), own_head(project.id, key).number
        if mark is not None and mark.site_key == key.hex() and mark.number > here:
            said = f"{here} of {mark.number} bundles that this site wrote are here: it was restored from a backup"
            remedy = "Let another site link, which sends the others back; where none has them, manage.py new_site_key."
            yield bad(f"Own bundles, project {project.name}", said, remedy)


def _held() -> Iterator[Diagnosis]:
    waiting = HeldBundle.objects.filter(decision="").order_by("reason").values("reason")
    for each in waiting.annotate(count=Count("id"), since=Min("since")):
        reason = HeldReason(each["reason"])
        said = f"{each['count']} held since {each['since']:%Y-%m-%d %H:%M} UTC: {reason.label.lower()}"
        if reason in _BY_ITSELF:
            yield ok("Held bundles", said)
        else:
            yield warn("Held bundles", said, "Owners decide about them on the project's page Sites.")


def _certificate(pem: str, whose: str) -> Iterator[Diagnosis]:
    if not pem:
        return
    try:
        ends = min(each.not_valid_after_utc for each in x509.load_pem_x509_certificates(pem.encode()))
    except ValueError:
        yield bad("Certificate for sites", f"{whose} cannot be read", "Invite or admit the site again.")
        return
    remedy = "Make a new one, and give it to the other sites: docs/sites.md, certificates."
    if ends < timezone.now():
        yield bad("Certificate for sites", f"{whose} has expired on {ends:%Y-%m-%d}", remedy)
    elif ends < timezone.now() + EXPIRES_SOON:
        yield warn("Certificate for sites", f"{whose} expires on {ends:%Y-%m-%d}", remedy)
