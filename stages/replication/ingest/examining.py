"""The checks of bundles that came, in their order; each answers why a bundle cannot be taken in.

Form, project, site, certificates and signatures say whether a bundle is what its people signed. Chain and time are
asked last, one bundle after the other, because each follows the one before it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from stages.registers.fold.bundles import Bundle, Head, SignedBundle, check_follows
from stages.registers.fold.errors import Malformed, NeedsNewerVersion
from stages.registers.fold.headers import read_header
from stages.registers.fold.hlc import split_hlc
from stages.registers.fold.members import check_hex32, check_integer
from stages.registers.fold.wire import WireBundle
from stages.replication.choices import HeldReason
from stages.replication.ingest.knowledge import Knowledge
from stages.replication.ingest.signatures import wrong_signatures

# Of the size of a column in Postgres.
_MAX_NUMBER: Final = 2**31 - 1

_ANOTHER_PROJECT: Final = _("It is a bundle of another project.")
_UNKNOWN_SITE: Final = _("Nobody here has admitted the site that wrote it.")
_READ_ONLY: Final = _("The site that wrote it may only read here.")
_CUT: Final = _("Its site was revoked, and bundle {number} is the last one that counts.")
_UNKNOWN_KEY: Final = _("Its site has not certified the key that signed it.")
_KEY_REVOKED: Final = _("Its site has revoked the key that signed it.")
_BAD_SIGNATURE: Final = _("The signature of operation {at} does not fit its text.")
_FORK: Final = _("Its site has written another bundle {number}, which is here.")
_FORK_BEFORE: Final = _("It follows another bundle {number} than the one that is here.")
_USED: Final = _("Its site has used the id of an operation before.")
_FUTURE: Final = _("The clock of its site is ahead of ours.")
_BEHIND: Final = _("Bundle {number} of its site waits: that one has to come in first.")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a bundle is not taken in. `until_hlc` is the HLC whose time has to come."""

    reason: HeldReason
    detail: str
    until_hlc: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A bundle that is held, with the site and the number that it names, as far as they can be read."""

    bundle: WireBundle
    refusal: Refusal
    site_key: str | None
    number: int | None

    @property
    def reason(self) -> HeldReason:
        return self.refusal.reason


@dataclass(slots=True)
class Examined:
    """What became of bundles; what is in none of both is a gap's, and will be asked for again."""

    accepted: list[Bundle] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def examine(bundles: Iterable[WireBundle], known: Knowledge) -> Examined:
    """Examine bundles, each site's in the order of its chain."""
    found = Examined()
    read = [each for each in (_read(bundle, found) for bundle in bundles) if each is not None]
    known.read_for([signed for _bundle, signed in read])
    certified = [each for each in read if _may_come(*each, known, found)]
    signed_ones = [signed for _bundle, signed in certified]
    following = _Following(known, found)
    for (bundle, signed), at in zip(certified, wrong_signatures(signed_ones), strict=True):
        if at is not None:
            refusal = Refusal(HeldReason.BAD_SIGNATURE, gettext(_BAD_SIGNATURE).format(at=at + 1))
            found.refused.append(_refused(bundle, signed, refusal))
        else:
            following.take(bundle, signed)
    return found


def _read(bundle: WireBundle, found: Examined) -> tuple[WireBundle, SignedBundle] | None:
    """A bundle by its form alone; None where it has none, which is noted."""
    try:
        return bundle, bundle.read()
    except NeedsNewerVersion as error:
        reason, detail = HeldReason.NEWER, str(error)
    except Malformed as error:
        reason, detail = HeldReason.MALFORMED, str(error)
    # It may name a member of the bundle, and no text of Postgres has NUL.
    refusal = Refusal(reason, detail[:1_000].replace("\0", "\N{REPLACEMENT CHARACTER}"))
    found.refused.append(Refused(bundle, refusal, *_claimed(bundle.header)))
    return None


def _claimed(header: str) -> tuple[str | None, int | None]:
    """The site and the number that a header names, even where another program writes headers by now."""
    try:
        read = read_header(header)
    except Malformed:
        pass
    else:
        return read.site_key, min(read.number, _MAX_NUMBER)
    try:
        said: Any = json.loads(header)
        number = check_integer(said["number"], "number", least=1, most=_MAX_NUMBER)
        return check_hex32(said["site_key"], "site_key"), number
    except (ValueError, KeyError, TypeError, RecursionError):
        return None, None


def _may_come(bundle: WireBundle, signed: SignedBundle, known: Knowledge, found: Examined) -> bool:
    """Whether the bundle is one of this project, of a site that may write here, and of people whom it certified."""
    refusal = _refusal_of_site(bundle, signed, known) or _refusal_of_people(bundle, signed, known)
    if refusal is not None:
        found.refused.append(_refused(bundle, signed, refusal))
    return refusal is None


def _refusal_of_site(bundle: WireBundle, signed: SignedBundle, known: Knowledge) -> Refusal | None:
    header = signed.header
    if header.project != str(known.project_id):
        return Refusal(HeldReason.MALFORMED, gettext(_ANOTHER_PROJECT))
    site = known.site(header.site_key)
    if site is None:
        return Refusal(HeldReason.UNKNOWN_SITE, gettext(_UNKNOWN_SITE))
    if site.cut is None:
        return None if site.may_write else Refusal(HeldReason.READ_ONLY, gettext(_READ_ONLY))
    is_last = header.number == site.cut.number
    is_cut_off = header.number > site.cut.number or (is_last and bundle.hash != site.cut.hash)
    if is_cut_off and bundle.hash not in known.released and bundle.hash not in known.led_to_cut:
        return Refusal(HeldReason.REVOKED, gettext(_CUT).format(number=site.cut.number))
    return None


def _refusal_of_people(bundle: WireBundle, signed: SignedBundle, known: Knowledge) -> Refusal | None:
    header = signed.header
    for actor in {each.actor_id for each in signed.operations}:
        if not known.is_certified(header.site_key, actor):
            return Refusal(HeldReason.UNKNOWN_KEY, gettext(_UNKNOWN_KEY))
        last = known.last_number(header.site_key, actor)
        if last is not None and header.number > last and bundle.hash not in known.released:
            return Refusal(HeldReason.REVOKED, gettext(_KEY_REVOKED))
    return None


def _refused(bundle: WireBundle, signed: SignedBundle, refusal: Refusal) -> Refused:
    return Refused(bundle, refusal, signed.header.site_key, min(signed.header.number, _MAX_NUMBER))


class _Following:
    """Asks of one bundle after the other whether it is the next one of its site, and whether its time has come."""

    def __init__(self, known: Knowledge, found: Examined) -> None:
        self._known, self._found = known, found
        self._heads: dict[str, Head] = dict(known.heads)
        self._waiting: dict[str, set[int]] = defaultdict(set)
        for refused in found.refused:
            self._note_waiting(refused)

    def take(self, bundle: WireBundle, signed: SignedBundle) -> None:
        header = signed.header
        head = self._heads.get(header.site_key, Head())
        if header.number > head.number + 1:
            self._take_later(bundle, signed)
            return
        followed = self._follow(signed, head)
        if isinstance(followed, Refusal):
            self._refuse(_refused(bundle, signed, followed))
            return
        self._heads[header.site_key] = followed.head
        self._known.note_operations(header.site_key, signed)
        self._found.accepted.append(followed)

    def _take_later(self, bundle: WireBundle, signed: SignedBundle) -> None:
        """One whose predecessor is not in the chain: it waits where that one waits."""
        site, before = signed.header.site_key, signed.header.number - 1
        if before in self._waiting[site] or self._known.is_waiting(site, before):
            words = gettext(_BEHIND).format(number=before)
            self._refuse(_refused(bundle, signed, Refusal(HeldReason.BEHIND, words)))

    def _follow(self, signed: SignedBundle, head: Head) -> Bundle | Refusal:
        header = signed.header
        if header.number <= head.number:
            return Refusal(HeldReason.FORK, gettext(_FORK).format(number=header.number))
        if header.prev != head.hash:
            return Refusal(HeldReason.FORK, gettext(_FORK_BEFORE).format(number=head.number))
        try:
            bundle = check_follows(signed, head)
        except Malformed as error:
            return Refusal(HeldReason.MALFORMED, str(error))
        if self._known.has_used_before(header.site_key, signed):
            return Refusal(HeldReason.MALFORMED, gettext(_USED))
        if split_hlc(bundle.hlc)[0] > self._known.latest_ms:
            return Refusal(HeldReason.FUTURE, gettext(_FUTURE), bundle.hlc)
        return bundle

    def _refuse(self, refused: Refused) -> None:
        self._found.refused.append(refused)
        self._note_waiting(refused)

    def _note_waiting(self, refused: Refused) -> None:
        if refused.reason in WAITING and refused.site_key is not None and refused.number is not None:
            self._waiting[refused.site_key].add(refused.number)


# What a bundle may be held for while the rest of its chain waits; all others never become part of a chain.
WAITING: Final = frozenset(HeldReason) - {HeldReason.FORK, HeldReason.BAD_SIGNATURE, HeldReason.MALFORMED}


def is_wrong(reason: str) -> bool:
    """Whether no honest site sends what is held for this reason."""
    return reason not in WAITING
