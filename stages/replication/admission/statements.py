"""What sites seal about their people, as it travels with bundles: whose a key is, and that it no longer counts."""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from kernel.ijson import parse
from kernel.statements import database_now
from kernel.transactions import write_transaction
from stages.registers.fold.errors import Malformed
from stages.registers.fold.members import check_hex32
from stages.registers.keys.certificates import KIND as CERTIFICATE
from stages.registers.keys.certificates import read_certificate
from stages.registers.keys.revocation import KIND as REVOCATION
from stages.registers.keys.revocation import Revoked, read_revocation
from stages.registers.models import ActorKey, KeyRevocation
from stages.replication.admission.keys import own_keys
from stages.replication.models import Peer
from stages.replication.notices import notice_too_many_keys

# Of one message.
MAX_STATEMENTS: Final = 1_000
MAX_TEXT: Final = 16 * 1024
# Keys of people that one site certifies, and revocations of its people in a project.
MAX_OF_SITE: Final = 10_000


def certificates_for(project_id: UUID, keys: Iterable[str]) -> list[dict[str, str]]:
    """The certificates of these people's keys at the project's sites, and where they are revoked, oldest first."""
    public_keys = [bytes.fromhex(key) for key in set(keys)]
    if not public_keys:
        return []
    certificates = ActorKey.objects.filter(public_key__in=public_keys, site_key__in=_sites_of(project_id))
    found = [_statement(row.certificate, row.seal) for row in certificates.order_by("id")]
    revoked = KeyRevocation.objects.filter(project=project_id, public_key__in=public_keys).order_by("id")
    return found + [_statement(row.text, row.seal) for row in revoked]


def revocations_of(project_id: UUID) -> list[dict[str, str]]:
    """All revocations of people's keys in a project, oldest first: they have to arrive without bundles, too."""
    return [_statement(row.text, row.seal) for row in KeyRevocation.objects.filter(project=project_id).order_by("id")]


def take_certificates(*, project_id: UUID, statements: Any) -> int:
    """Read the statements, and keep those that are new here; answers how many. Raises `ValidationFailed`."""
    return keep_statements(project_id=project_id, fresh=fresh_statements(project_id=project_id, statements=statements))


def fresh_statements(*, project_id: UUID, statements: Any) -> list[KeyStatement]:
    """The statements that are new here, each with the right seal. Those of sites that are not known are left out.

    A site's word on its own people is final, of others' it has none: a statement counts by the seal of the site that it
    names, whoever sent it. To look at many seals takes a while: nobody has to wait for it, as no row is locked here.
    Raises `ValidationFailed` for what is no statement, and for one whose seal is wrong.
    """
    if not isinstance(statements, list | tuple) or len(statements) > MAX_STATEMENTS:
        raise _refused(_("a list of at most {most} is expected").format(most=MAX_STATEMENTS))
    sites = _sites_of(project_id)
    read = [said for each in statements if (said := _read(each)).site_key in sites]
    known = _known(project_id, {each.public_key for each in read})
    fresh: dict[tuple[str, bytes, bytes], KeyStatement] = {}
    # Certificates before revocations, whatever their order.
    for each in sorted(read, key=lambda each: each.kind != CERTIFICATE):
        if each.about not in known and each.about not in fresh:
            fresh[each.about] = _checked(project_id, each)
    return list(fresh.values())


def keep_statements(*, project_id: UUID, fresh: Collection[KeyStatement]) -> int:
    """Keep these as far as there is room for more of their sites; answers how many.

    Of a site that has certified very many keys further ones are left out, and owners are notified: what these keys
    signed is held.
    """
    with write_transaction():
        kept, full = _that_fit(project_id, fresh)
        now = database_now()
        certified = [each.as_certificate(now) for each in kept if each.kind == CERTIFICATE]
        revoked = [each.as_revocation(project_id) for each in kept if each.kind == REVOCATION]
        # Of statements about the same the first one counts, also where another link has just brought it.
        ActorKey.objects.bulk_create(certified, ignore_conflicts=True)
        KeyRevocation.objects.bulk_create(revoked, ignore_conflicts=True)
        for site_key in full:
            notice_too_many_keys(project_id=project_id, site=site_key.hex(), most=MAX_OF_SITE)
    return len(kept)


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """A certificate, or a revocation with what it says: whose key it is about, and which site seals it."""

    kind: str
    site_key: bytes
    public_key: bytes
    text: str
    seal: bytes
    revoked: Revoked | None = None

    @property
    def about(self) -> tuple[str, bytes, bytes]:
        """Of statements about the same the first one counts."""
        return self.kind, self.site_key, self.public_key

    def as_certificate(self, now: datetime) -> ActorKey:
        about = {"public_key": self.public_key, "site_key": self.site_key}
        return ActorKey(**about, certificate=self.text, seal=self.seal, created_at=now)

    def as_revocation(self, project_id: UUID) -> KeyRevocation:
        assert self.revoked is not None
        about = {"project_id": project_id, "public_key": self.public_key, "site_key": self.site_key}
        last = {"last_number": self.revoked.last_number, "last_bundle": self.revoked.last_bundle}
        return KeyRevocation(**about, **last, text=self.text, seal=self.seal, at=self.revoked.at)


def _read(value: Any) -> KeyStatement:
    """What a statement is about; its seal is looked at where it is new."""
    if not isinstance(value, Mapping) or set(value) != {"text", "seal"}:
        raise _refused(_("each has a text and a seal"))
    text, seal = value["text"], value["seal"]
    if not isinstance(text, str) or len(text) > MAX_TEXT or not isinstance(seal, str):
        raise _refused(_("each has a text and a seal"))
    try:
        found = parse(text)
        assert isinstance(found, dict)
        kind = found["type"]
        site_key, public_key = (bytes.fromhex(check_hex32(found[name], name)) for name in ("site_key", "public_key"))
        sealed = base64.b64decode(seal, validate=True)
    except (ValidationFailed, AssertionError, KeyError, Malformed, binascii.Error, ValueError) as error:
        raise _refused(_("one of them cannot be read")) from error
    if kind not in (CERTIFICATE, REVOCATION):
        raise _refused(_("one of them is of no type that is known here"))
    return KeyStatement(kind, site_key, public_key, text, sealed)


def _known(project_id: UUID, public_keys: Collection[bytes]) -> set[tuple[str, bytes, bytes]]:
    """What statements about these keys are here already."""
    certified = ActorKey.objects.filter(public_key__in=public_keys)
    revoked = KeyRevocation.objects.filter(project=project_id, public_key__in=public_keys)
    return {
        (kind, bytes(site_key), bytes(public_key))
        for kind, rows in ((CERTIFICATE, certified), (REVOCATION, revoked))
        for site_key, public_key in rows.values_list("site_key", "public_key")
    }


def _rows_of(project_id: UUID, sites: Collection[bytes]) -> Counter[tuple[str, bytes]]:
    """How many statements of each kind are here of each of these sites."""
    certified = ActorKey.objects.filter(site_key__in=sites)
    revoked = KeyRevocation.objects.filter(project=project_id, site_key__in=sites)
    return Counter(
        {
            (kind, bytes(site_key)): number
            for kind, rows in ((CERTIFICATE, certified), (REVOCATION, revoked))
            for site_key, number in rows.order_by().values_list("site_key").annotate(number=Count("pk"))
        }
    )


def _that_fit(project_id: UUID, fresh: Collection[KeyStatement]) -> tuple[list[KeyStatement], set[bytes]]:
    """Those for which there is room, and the sites of which there are too many."""
    rows = _rows_of(project_id, {each.site_key for each in fresh})
    kept: list[KeyStatement] = []
    full: set[bytes] = set()
    for each in fresh:
        if rows[each.kind, each.site_key] >= MAX_OF_SITE:
            full.add(each.site_key)
        else:
            rows[each.kind, each.site_key] += 1
            kept.append(each)
    return kept, full


def _checked(project_id: UUID, said: KeyStatement) -> KeyStatement:
    """The statement, whose seal is right. Raises `ValidationFailed` for another one."""
    try:
        if said.kind == CERTIFICATE:
            read_certificate(said.text, said.seal)
            return said
        revoked = read_revocation(said.text, said.seal)
    except ValueError as error:
        raise _refused(str(error)) from error
    if revoked.project_id != project_id:
        raise _refused(_("one of them is about another project"))
    return replace(said, revoked=revoked)


def _sites_of(project_id: UUID) -> set[bytes]:
    """The keys of all sites that are known here, those that were only introduced included, and of this one."""
    peers = Peer.objects.filter(project=project_id).values_list("key", flat=True)
    return own_keys() | {bytes(key) for key in peers}


def _statement(text: str, seal: Any) -> dict[str, str]:
    return {"text": text, "seal": base64.b64encode(bytes(seal)).decode()}


def _refused(what: str) -> ValidationFailed:
    return ValidationFailed({"keys": [_("Wrong statements about keys: {what}.").format(what=what)]})
