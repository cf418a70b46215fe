"""What another site wrote: bundles with its signatures, which are verified and then count as ours do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext

from accounts.callers import Caller
from kernel.errors import Conflict, ValidationFailed
from kernel.statements import database_now
from projects.writing import ProjectWrite, project_write
from stages.registers.fold.bundles import Bundle, SignedBundle, check_follows, read_bundle
from stages.registers.fold.hlc import split_hlc
from stages.registers.keys.certificates import Certificate, read_certificate
from stages.registers.models import ActorKey
from stages.registers.permissions import WRITE
from stages.registers.services.duplicates import Duplicates
from stages.registers.services.refusals import refusals
from stages.registers.services.written import Written, record_bundle
from stages.registers.storing.increment import StoredIncrement
from stages.registers.storing.storage import PostgresStorage

# How far ahead of Postgres's clock another site's may be, in milliseconds: a day, and so a clock that is set to some
# other zone's time. What is written here later follows what it has seen, and so would be as far ahead.
MAX_AHEAD_MS: Final = 24 * 60 * 60 * 1000


@dataclass(frozen=True, slots=True)
class ForeignBundle:
    """A bundle as sites exchange it: the text of the header, and each operation's text with its signature."""

    header: str
    operations: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, signed: SignedBundle) -> ForeignBundle:
        return cls(signed.header_text, tuple(zip(signed.texts, signed.signatures, strict=True)))


def append_foreign(
    *,
    caller: Caller,
    project_id: UUID,
    bundles: Sequence[ForeignBundle],
    certificates: Iterable[Certificate] = (),
    sender: str | None = None,
) -> list[Written]:
    """Take in bundles of other sites, each site's in the order of its chain; those that are here already are left out.

    All of them or none. `certificates` are of the keys that are not known here, `sender` is the key of the site that
    sends, where it is not the one that wrote. Raises `ValidationFailed` for a text, a certificate or a signature that
    is wrong, and `Conflict` for a bundle that does not follow its chain, or is ahead of the time: then with `wait_ms`,
    after which it can come again.
    """
    with refusals():
        read = [read_bundle(each.header, each.operations) for each in bundles]
    parameters = {"bundles": [each.hash for each in read]}
    with project_write(caller=caller, project_id=project_id, action=WRITE, parameters=parameters) as write:
        if write.repeat_of is not None:
            return []
        storage = PostgresStorage(project_id)
        storage.received_at = now = database_now()
        storage.expect([each.hash for each in read])
        increment = StoredIncrement(storage)
        taking = _Taking(write, increment, now, Duplicates(increment, None))
        for certificate in certificates:
            taking.add_certificate(certificate)
        written = [taking.take(each, sender) for each in read if not storage.is_known(each.hash)]
        taking.duplicates.look()
        storage.flush()
        if written:
            taking.duplicates.write(written[-1].hash)
        return written


@dataclass(slots=True)
class _Taking:
    """Bundles that come in, one after the other."""

    write: ProjectWrite
    increment: StoredIncrement
    now: datetime
    duplicates: Duplicates

    def add_certificate(self, certificate: Certificate) -> None:
        try:
            found = read_certificate(certificate.text, certificate.seal)
        except ValueError as error:
            raise ValidationFailed({"certificates": [str(error)]}) from error
        facts = {"certificate": certificate.text, "seal": certificate.seal, "created_at": self.now}
        ActorKey.objects.get_or_create(public_key=found.public_key, site_key=found.site_key, defaults=facts)

    def take(self, signed: SignedBundle, sender: str | None) -> Written:
        self._check(signed)
        bundle = self._follow(signed)
        storage = self.increment.storage
        storage.received_from = sender or bundle.header.site_key
        changes = self.increment.add(bundle)
        self.duplicates.look_later(changes)
        event = record_bundle(self.write, bundle, changes, self.increment, origin=storage.received_from)
        op_ids = tuple(each.op_id for each in bundle.operations)
        return Written(bundle.header.bundle_id, bundle.hash, op_ids, changes, event)

    def _check(self, signed: SignedBundle) -> None:
        header = signed.header
        if header.project != str(self.write.project.id):
            raise ValidationFailed({"project": [gettext("It is a bundle of another project.")]})
        self._check_time(signed)
        self.check_certified(signed)
        if (at := signed.wrong_signature()) is not None:
            raise ValidationFailed({f"operations.{at}.signature": [gettext("It does not fit its text.")]})

    def _check_time(self, signed: SignedBundle) -> None:
        """Refuse what is far ahead. It waits outside: of what is here, the time decides nothing (ADR 0038)."""
        now_ms = int(self.now.timestamp() * 1000)
        wait_ms = split_hlc(signed.operations[-1].hlc)[0] - now_ms - MAX_AHEAD_MS
        if wait_ms > 0:
            words = gettext("The clock of its site is more than a day ahead of ours. Correct whichever is wrong.")
            raise Conflict(words, wait_ms=wait_ms)

    def check_certified(self, signed: SignedBundle) -> None:
        """Raise `ValidationFailed` where the bundle's site has not said who signed it."""
        actors = {bytes.fromhex(each.actor_id) for each in signed.operations}
        site = bytes.fromhex(signed.header.site_key)
        known = ActorKey.objects.filter(site_key=site, public_key__in=actors, revoked_at=None)
        if len(actors) > known.count():
            raise ValidationFailed({"certificates": [gettext("Its site has not certified who signed it.")]})

    def _follow(self, signed: SignedBundle) -> Bundle:
        head = self.increment.storage.head(signed.header.site_key)
        if signed.header.number != head.number + 1 or signed.header.prev != head.hash:
            words = gettext("Bundle {number} of its site does not follow what is here: {next} is next.")
            raise Conflict(words.format(number=signed.header.number, next=head.number + 1), number=head.number + 1)
        with refusals():
            return check_follows(signed, head)
