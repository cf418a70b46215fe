"""What the server sends, applied to the state: each frame is checked, then obeyed or refused. Used by one thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from foundry_station.authority import ASSIGNMENT, EDITION
from foundry_station.decisions import ACCEPTED, REJECTED
from foundry_station.editions import read_time
from foundry_station.enforcement import real_of
from foundry_station.engine import Engine
from foundry_station.sealed import Refused, SealedText

PROPOSAL: Final = "proposal"
BROKEN: Final = "broken"
ASK_AGAIN: Final = timedelta(seconds=10)
LONGEST_WAIT: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Heads:
    """What a comparison with the server's newest editions says: teams where it is ahead, and where we are."""

    behind: frozenset[str]
    ahead: frozenset[str]


class Inbox:
    """Takes what comes over the socket. `wants_keys` is set where a key is missing that the server may list by now."""

    def __init__(self, engine: Engine) -> None:
        self.wants_keys = False
        self._engine = engine
        # The keys that the server has listed; when and how often others were asked for.
        self._listed: set[str] = set()
        self._asked_for: dict[str, tuple[datetime, int]] = {}

    def snapshot(self, body: Mapping[str, Any]) -> Heads:
        """The first frame: time, keys, assignment, and what the server has of ours."""
        engine = self._engine
        engine.clock.follow(read_time(str(body.get("now"))))
        keys = body.get("keys")
        listed = [each for each in keys if isinstance(each, dict)] if isinstance(keys, list) else []
        engine.authority.learn_keys(listed)
        self._listed |= {str(each.get("fingerprint")) for each in listed}
        assignment = body.get("assignment")
        if isinstance(assignment, dict):
            self.assignment(assignment)
        acknowledged = body.get("acknowledged")
        if isinstance(acknowledged, dict):
            self.acknowledged(acknowledged)
        return self.heads(body.get("heads"))

    def assignment(self, body: Mapping[str, Any]) -> bool:
        """Whether it is a new one, and obeyed."""
        return self._obeyed(ASSIGNMENT, body, self._engine.authority.take_assignment)

    def missing_texts(self, body: Mapping[str, Any]) -> set[str]:
        """The texts that have to be asked for before an edition can be obeyed; none for one that is refused."""
        found: set[str] = set()

        def read(sealed: SealedText) -> bool:
            found.update(self._engine.authority.missing_texts(str(body.get("team")), sealed, _texts(body)))
            return False

        self._obeyed(EDITION, body, read)
        return found

    def edition(self, body: Mapping[str, Any], texts: Mapping[str, str]) -> bool:
        """Whether it is a new one, and obeyed; `texts` are those that came for it later."""
        given = {**_texts(body), **texts}

        def take(sealed: SealedText) -> bool:
            try:
                return self._engine.authority.take_edition(str(body.get("team")), sealed, given)
            except KeyError as error:
                raise Refused("text", "A text of the edition did not come.") from error

        return self._obeyed(EDITION, body, take)

    def heads(self, heads: object) -> Heads:
        """Compare the server's newest numbers with ours."""
        ours = self._engine.authority.numbers()
        theirs = {str(team): number for team, number in heads.items()} if isinstance(heads, dict) else {}
        known = {team: theirs[team] for team in ours if isinstance(theirs.get(team), int)}
        return Heads(
            frozenset(team for team, number in known.items() if number > ours[team]),
            frozenset(team for team, number in known.items() if number < ours[team]),
        )

    def acknowledged(self, body: Mapping[str, Any]) -> bool:
        """Note which reports the server has; False where they are not ours: then nobody believes this chain again."""
        seq, hash_ = body.get("seq"), body.get("hash")
        fits = isinstance(seq, int) and self._engine.enforcer.reports.acknowledge(seq, str(hash_))
        state = self._engine.state
        if (state.setting("chain") == BROKEN) == fits:
            state.set(chain=None if fits else BROKEN)
        return fits

    def decided(self, body: Mapping[str, Any]) -> bool:
        """Note what was decided about an alteration; whether something follows from it."""
        if body.get("kind") != PROPOSAL or not isinstance(body.get("directive_id"), str):
            return False
        verdict = ACCEPTED if body.get("state") == "accepted" else REJECTED
        name = f"{body.get('request_id')}:{body['directive_id']}:{body.get('state')}"
        files, paths = self._engine.enforcer.files, self._meant(body.get("place"))
        is_new = files.decide(name, body["directive_id"], verdict, paths=paths, at=_time_in(body))
        self._engine.obeyed += is_new
        return is_new

    def _meant(self, place: object) -> list[Path] | None:
        """The files that a proposal is about; None for all, where it names none."""
        if not isinstance(place, str):
            return None
        station = self._engine.state.setting("station") or ""
        targets = self._engine.plan.targets.values()
        return [real_of(each) for each in targets if each.place.is_named(place, station)]

    def _obeyed(self, kind: str, body: Mapping[str, Any], take: Callable[[SealedText], bool]) -> bool:
        sealed = None
        try:
            sealed = SealedText.read(body)
            taken = take(sealed)
        except Refused as refused:
            if refused.reason == "key" and sealed is not None and self._may_be_new(sealed.key):
                # The site may have another key since: they come with the next snapshot.
                self.wants_keys = True
            else:
                self._engine.report_refusal(kind, refused, sealed)
            return False
        self._engine.obeyed += taken
        return taken

    def _may_be_new(self, key: str) -> bool:
        """Whether to ask for a key that the server has not listed: again after some seconds, then less often."""
        now = self._engine.clock.now()
        asked_at, times = self._asked_for.get(key, (now, 0))
        if key in self._listed or (times and now - asked_at < min(ASK_AGAIN * 2 ** (times - 1), LONGEST_WAIT)):
            return False
        self._asked_for[key] = (now, min(times + 1, 10))
        return True


def _time_in(body: Mapping[str, Any]) -> datetime | None:
    """When it was decided; None where that is not said."""
    try:
        return read_time(body["at"]) if isinstance(body.get("at"), str) else None
    except Refused:
        return None


def _texts(body: Mapping[str, Any]) -> dict[str, str]:
    texts = body.get("texts")
    if not isinstance(texts, dict):
        return {}
    return {str(name): text for name, text in texts.items() if isinstance(text, str)}
