"""What another site wrote: bundles with its signatures, which are verified and then count as ours do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from audit.models import Event
from kernel.errors import Conflict, ValidationFailed
from kernel.statements import database_now
from projects.writing import project_write
from stages.registers.fold.bundles import Bundle, Head, SignedBundle, check_follows
from stages.registers.fold.wire import WireBundle
from stages.registers.keys.certificates import Certificate, read_certificate
from stages.registers.models import ActorKey
from stages.registers.permissions import WRITE
from stages.registers.services.intake import Intake
from stages.registers.services.refusals import refusals
from stages.registers.storing.storage import PostgresStorage


def append_foreign(
    *,
    caller: Caller,
    project_id: UUID,
    bundles: Sequence[WireBundle],
    certificates: Iterable[Certificate] = (),
    sender: str | None = None,
) -> list[Event]:
    """Take in bundles of other sites, each site's in the order of its chain; those that are here already are left out.

    All of them or none; answers the events, one for each site. `certificates` are of the keys that are not known here,
    `sender` is the key of the site that sends, where it is not the one that wrote first. Raises `ValidationFailed` for
    a text, a certificate or a signature that is wrong, and `Conflict` for a bundle that does not follow its chain.
    """
    with refusals():
        read = [each.read() for each in bundles]
    parameters = {"bundles": [each.hash for each in read]}
    with project_write(caller=caller, project_id=project_id, action=WRITE, parameters=parameters) as write:
        if write.repeat_of is not None:
            return []
        storage = PostgresStorage(project_id)
        storage.received_at = now = database_now()
        storage.expect([each.hash for each in read])
        for certificate in certificates:
            add_certificate(certificate, now)
        fresh = [each for each in read if not storage.is_known(each.hash)]
        heads = dict(storage.heads)
        follow = [_checked(each, project_id, heads) for each in fresh]
        return Intake(write, storage, sender or (read[0].header.site_key if read else "")).take(follow)


def add_certificate(certificate: Certificate, now: datetime) -> None:
    """Know whose a key of a site is. Raises `ValidationFailed` where the certificate says nothing true."""
    try:
        found = read_certificate(certificate.text, certificate.seal)
    except ValueError as error:
        raise ValidationFailed({"certificates": [str(error)]}) from error
    facts = {"certificate": certificate.text, "seal": certificate.seal, "created_at": now}
    ActorKey.objects.get_or_create(public_key=found.public_key, site_key=found.site_key, defaults=facts)


def _checked(signed: SignedBundle, project_id: UUID, heads: dict[str, Head]) -> Bundle:
    site = signed.header.site_key
    if signed.header.project != str(project_id):
        raise ValidationFailed({"project": [gettext("It is a bundle of another project.")]})
    _check_certified(signed)
    if (at := signed.wrong_signature()) is not None:
        raise ValidationFailed({f"operations.{at}.signature": [gettext("It does not fit its text.")]})
    head = heads.get(site, Head())
    if signed.header.number != head.number + 1 or signed.header.prev != head.hash:
        words = gettext("Bundle {number} of its site does not follow what is here: {next} is next.")
        raise Conflict(words.format(number=signed.header.number, next=head.number + 1), number=head.number + 1)
    with refusals():
        bundle = check_follows(signed, head)
    heads[site] = bundle.head
    return bundle


def _check_certified(signed: SignedBundle) -> None:
    """Raise `ValidationFailed` where the bundle's site has not said who signed it."""
    actors = {bytes.fromhex(each.actor_id) for each in signed.operations}
    site = bytes.fromhex(signed.header.site_key)
    known = ActorKey.objects.filter(site_key=site, public_key__in=actors, revoked_at=None)
    if len(actors) > known.count():
        raise ValidationFailed({"certificates": [gettext("Its site has not certified who signed it.")]})
