"""What this station obeys: sealed by a pinned key, with a number above all before. What is refused changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from foundry_station.editions import Assignment, Edition, read_assignment, read_edition
from foundry_station.sealed import Refused, SealedText, read_public_key, read_succession
from foundry_station.section import MarkerInText, make_part
from foundry_station.state import State

EDITION: Final = "edition"
ASSIGNMENT: Final = "assignment"


@dataclass(frozen=True, slots=True)
class PinnedKey:
    """A key that was pinned by `how` (login, trust, succession); a retired one seals nothing new here."""

    fingerprint: str
    public_key: bytes | None
    retired: bool
    how: str


class Authority:
    """The pinned keys, and the sealed texts that were taken."""

    def __init__(self, state: State) -> None:
        self._state = state

    # Keys

    def pin(self, fingerprint: str, *, how: str) -> None:
        """Trust a key from now on, which somebody has compared."""
        self._state.run(
            "INSERT INTO keys (fingerprint, how) VALUES (?, ?) ON CONFLICT DO UPDATE SET retired = 0", fingerprint, how
        )

    def retire(self, fingerprint: str) -> bool:
        """Obey nothing more that a key seals; what is obeyed already stays. False where the key is not pinned."""
        retired = self._state.run("UPDATE keys SET retired = 1 WHERE fingerprint = ?", fingerprint)
        return retired.rowcount > 0

    def pinned(self) -> list[PinnedKey]:
        """All keys that were ever pinned."""
        rows = self._state.rows("SELECT fingerprint, public_key, retired, how FROM keys ORDER BY rowid")
        return [PinnedKey(name, bytes.fromhex(key) if key else None, bool(old), how) for name, key, old, how in rows]

    def learn_keys(self, listed: Iterable[Mapping[str, Any]]) -> list[str]:
        """Fill in pinned keys, and follow successions from them; answers the fingerprints that were newly pinned.

        The key that sealed a succession is retired by it: whoever steals it later cannot name another successor, and
        what it has sealed is not obeyed any more, since nothing says which of that was the newest.
        """
        entries, added = list(listed), list[str]()
        with self._state.transaction():
            self._fill_in(entries)
            while succession := self._next_succession(entries):
                retired, following, public_key = succession
                self._state.run("UPDATE keys SET retired = 1 WHERE fingerprint = ?", retired)
                self._state.run(
                    "INSERT INTO keys (fingerprint, public_key, how) VALUES (?, ?, 'succession')",
                    following,
                    public_key.hex(),
                )
                added.append(following)
        return added

    def _fill_in(self, entries: Iterable[Mapping[str, Any]]) -> None:
        for entry in entries:
            try:
                fingerprint, public_key = read_public_key(entry)
            except Refused:
                continue
            self._state.run(
                "UPDATE keys SET public_key = ? WHERE fingerprint = ? AND public_key IS NULL",
                public_key.hex(),
                fingerprint,
            )

    def _next_succession(self, entries: Iterable[Mapping[str, Any]]) -> tuple[str, str, bytes] | None:
        known = {each.fingerprint for each in self.pinned()}
        for entry in entries:
            try:
                found = read_succession(entry, site=self.site, keys=self._keys())
            except Refused:
                continue
            if found is not None and found.following not in known:
                return found.key, found.following, found.public_key
        return None

    def _keys(self, *, retired_too: bool = False) -> dict[str, bytes]:
        return {
            each.fingerprint: each.public_key
            for each in self.pinned()
            if each.public_key is not None and (retired_too or not each.retired)
        }

    # Sealed texts

    @property
    def site(self) -> str:
        """The id of the site: given at the sign-in, or learned from the first text that a pinned key has sealed."""
        return self._state.setting("site") or ""

    def take_assignment(self, sealed: SealedText) -> bool:
        """Obey an assignment; False where it is the one that is obeyed already. Raises `Refused`."""
        station = self._state.setting("station") or ""
        if self._current(ASSIGNMENT, station) == sealed:
            return False
        content = sealed.open(ASSIGNMENT, site=self.site or None, keys=self._keys())
        assignment = read_assignment(content)
        if assignment.station != station:
            raise Refused("station", "The assignment is another station's.")
        with self._state.transaction():
            if not self._take(ASSIGNMENT, assignment.station, assignment.number, sealed):
                return False
            if not self.site:
                self._state.set(site=str(content["site"]))
        return True

    def missing_texts(self, team: str, sealed: SealedText, given: Mapping[str, str]) -> set[str]:
        """The texts that must come before an edition can be taken, by SHA-256. Raises `Refused`."""
        if self._current(EDITION, team) == sealed:
            return set()
        edition = self._open_edition(team, sealed)
        missing = edition.texts.keys() - given.keys()
        return {each for each in missing if self._state.row("SELECT 1 FROM texts WHERE sha256 = ?", each) is None}

    def take_edition(self, team: str, sealed: SealedText, given: Mapping[str, str]) -> bool:
        """Obey an edition of a team; False where it is the one that is obeyed already.

        `given` are texts by the SHA-256 that they should have; each that the edition names must be there or stored.
        Raises `Refused`, and `KeyError` where a text is missing.
        """
        if self._current(EDITION, team) == sealed:
            return False
        edition = self._open_edition(team, sealed)
        texts = {name: given[name] for name in edition.texts if name in given}
        for name, text in texts.items():
            if hashlib.sha256(text.encode("utf-8", "replace")).hexdigest() != name:
                raise Refused("text", "A text is not the one that the edition names.")
        with self._state.transaction():
            for name, text in texts.items():
                self._state.run("INSERT OR IGNORE INTO texts VALUES (?, ?)", name, text)
            self._check_texts(edition)
            return self._take(EDITION, team, edition.number, sealed)

    def _open_edition(self, team: str, sealed: SealedText) -> Edition:
        edition = read_edition(sealed.open(EDITION, site=self.site or None, keys=self._keys()))
        assignment = self.assignment()
        if edition.team != team or assignment is None or team not in assignment.teams:
            raise Refused("team", "The edition is not of a team that this station belongs to.")
        self._check_number(EDITION, team, edition.number, sealed)
        return edition

    def _check_number(self, kind: str, subject: str, number: int, sealed: SealedText) -> None:
        row = self._state.row(
            "SELECT number, text FROM sealed WHERE kind = ? AND subject = ? AND key = ?", kind, subject, sealed.key
        )
        if row is None or number > row[0] or (number == row[0] and sealed.text == row[1]):
            return
        if number == row[0]:
            raise Refused("fork", f"Another text has the number {number} already.")
        raise Refused("rollback", f"Number {number} is older than {row[0]}, which is obeyed.")

    def _take(self, kind: str, subject: str, number: int, sealed: SealedText) -> bool:
        self._check_number(kind, subject, number, sealed)
        current = self._current(kind, subject)
        if current is not None and current.text == sealed.text:
            return False
        self._state.run("DELETE FROM sealed WHERE kind = ? AND subject = ? AND key = ?", kind, subject, sealed.key)
        self._state.run(
            "INSERT INTO sealed (kind, subject, key, number, text, seal) VALUES (?, ?, ?, ?, ?, ?)",
            *(kind, subject, sealed.key, number, sealed.text, sealed.seal),
        )
        return True

    def _check_texts(self, edition: Edition) -> None:
        for directive in edition.directives:
            text = self.text(directive.sha256)
            if len(text.encode()) != directive.size:
                raise Refused("text", "A text has not the size that the edition names.")
            if directive.destination != "file":
                try:
                    make_part(id=directive.id, title=directive.title, release=directive.release, text=text)
                except MarkerInText as error:
                    raise Refused("marker", str(error)) from error

    # What is obeyed

    def assignment(self) -> Assignment | None:
        """This station's teams and exceptions; after signing in again, the former ones until the first one comes."""
        names = (self._state.setting(each) for each in ("station", "former_station"))
        found = (self._current(ASSIGNMENT, name) for name in names if name)
        current = next((each for each in found if each is not None), None)
        return None if current is None else read_assignment(self._reopen(ASSIGNMENT, current))

    def editions(self) -> list[Edition]:
        """The editions of this station's teams, from the root to its own; teams without one are left out."""
        return [read_edition(self._reopen(EDITION, sealed)) for sealed in self.sealed_editions().values()]

    def sealed_editions(self) -> dict[str, SealedText]:
        """The same, as they were sealed, by team."""
        assignment = self.assignment()
        teams = assignment.teams if assignment else ()
        found = {team: self._current(EDITION, team) for team in teams}
        return {team: sealed for team, sealed in found.items() if sealed is not None}

    def numbers(self) -> dict[str, int]:
        """The number of the obeyed edition of each team, 0 where there is none yet."""
        assignment = self.assignment()
        obeyed = {each.team: each.number for each in self.editions()}
        return {team: obeyed.get(team, 0) for team in (assignment.teams if assignment else ())}

    def text(self, sha256: str) -> str:
        """A stored text. Raises `KeyError`."""
        row = self._state.row("SELECT content FROM texts WHERE sha256 = ?", sha256)
        if row is None:
            raise KeyError(sha256)
        return str(row[0])

    def forget_unused_texts(self) -> None:
        """Remove the texts that no edition names any more."""
        used = {name for edition in self.editions() for name in edition.texts}
        with self._state.transaction():
            for (name,) in self._state.rows("SELECT sha256 FROM texts"):
                if name not in used:
                    self._state.run("DELETE FROM texts WHERE sha256 = ?", name)

    def faults(self) -> list[str]:
        """What is wrong with what is stored: seals, numbers and hashes, checked anew. Empty where nothing is."""
        found = list[str]()
        try:
            for edition in self.editions():
                self._check_texts(edition)
                altered = [n for n in edition.texts if hashlib.sha256(self.text(n).encode()).hexdigest() != n]
                found += [f"The stored text {name} was altered." for name in altered]
        except Refused as error:
            found.append(str(error))
        except KeyError:
            found.append("A text of an edition is missing.")
        return found

    def _current(self, kind: str, subject: str) -> SealedText | None:
        row = self._state.row(
            "SELECT text, key, seal FROM sealed WHERE kind = ? AND subject = ? ORDER BY taken DESC LIMIT 1",
            kind,
            subject,
        )
        return SealedText(*row) if row else None

    def _reopen(self, kind: str, sealed: SealedText) -> dict[str, Any]:
        """A text that was taken before; also under a key that was retired since."""
        return sealed.open(kind, site=self.site, keys=self._keys(retired_too=True))
