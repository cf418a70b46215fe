"""The logs of pads that versions were promoted from, in a bundle, folded again. Also a piece of `verify.py`.

It imports the standard library and the verifier's modules only.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping

from audit.derivation import Event, Json
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import WrongError, canonical, check, sha256

PAD_LOGS, PAD_TEXTS = "pads/logs/", "pads/texts/"
# The log of a pad that was promoted at a later revision than this is in no bundle.
MAX_LOGGED = 250_000
# In the order in which the hash of a log covers them.
LOGGED = ("revision", "epoch", "user_id", "writer", "at", "edits", "update", "credits")


class Sources:
    """Which pads versions were made from, as the events of a chain say: promoted, or by a proposal that was accepted.

    `promotions` and `proposed` are, by pad, what the events of these versions say, with their `number`; the proposed
    ones have `revision` and `part` of the pad. `recorded` are the hashes of its log, by revision.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self.promotions: dict[str, list[Json]] = {}
        self.proposed: dict[str, list[Json]] = {}
        self.recorded: dict[str, dict[int, str]] = {}
        self._proposals: dict[str, tuple[str, int, Json | None]] = {}
        for number, _, record in events:
            self._take(number, record)

    def _take(self, number: int, record: Json) -> None:
        action, data, target = record["action"], record["data"], record["target"]["id"]
        origin = data.get("origin") or {}
        if action == "pad.recorded":
            self.recorded.setdefault(target, {})[data["revision"]] = data["log_hash"]
        elif action in ("proposal.opened", "proposal.changed") and origin.get("type") == "pad":
            self._proposals[target] = named_part(origin["id"])
        elif action == "draft.saved" and origin.get("type") == "pad":
            self.promotions.setdefault(origin["id"], []).append({**data, "number": number})
        elif action == "draft.saved" and origin.get("type") == "proposal" and origin["id"] in self._proposals:
            pad, revision, part = self._proposals[origin["id"]]
            said = {**data, "number": number, "revision": revision, "part": part}
            self.proposed.setdefault(pad, []).append(said)

    def pads(self) -> list[str]:
        return sorted({*self.promotions, *self.proposed})

    def last(self, pad: str) -> int:
        """The end of a pad's log in the bundle: what was promoted, and the first hash that covers what was proposed."""
        needed: set[int] = {each["origin"]["revision"] for each in self.promotions.get(pad, ())}
        recorded = self.recorded.get(pad, {})
        for revision in {said["revision"] for said in self.proposed.get(pad, ())}:
            needed.add(min((each for each in recorded if each >= revision), default=revision))
        return max(needed)

    def logged(self) -> list[str]:
        """The pads whose log is in the bundle: those that are not too long."""
        return [pad for pad in self.pads() if self.last(pad) <= MAX_LOGGED]


def named_part(name: str) -> tuple[str, int, Json | None]:
    """The pad, the revision and the part that the origin of a proposal names: `<pad>:<revision>:<start>-<end>`."""
    fits = re.fullmatch(r"([^:]+):(\d+):(?:all|(\d+)-(\d+))", name)
    if fits is None:
        raise WrongError(f"{name}: it names no part of a pad")
    pad, revision, start, end = fits.groups()
    return pad, int(revision), None if start is None else {"start": int(start), "end": int(end)}


def held_after(said: Json) -> set[str]:
    """The hashes of the texts that a version holds in the fields which it changes."""
    return {side["after"] for side in said["fields"].values() if side["after"] is not None}


class LogOfPad:
    """A log, read from its beginning: its hash, and the text and the writer of each UTF-16 unit after it."""

    def __init__(self, pad: str) -> None:
        self.hash = sha256(pad.encode())
        self.revision = 0
        self.text = bytearray()
        self.writers = array("I")
        self.users: dict[int, str | None] = {}
        self.changed_by: set[str] = set()

    def append(self, line: Json, where: str) -> None:
        """Go on by one revision."""
        check(set(line) == set(LOGGED), f"{where}: it has other members")
        check(line["revision"] == self.revision + 1, f"{where}: revision {self.revision + 1} is missing")
        facts = canonical([line[name] for name in LOGGED])
        self.hash = sha256(bytes.fromhex(self.hash) + facts.encode())
        self.revision += 1
        known = self.users.setdefault(line["writer"], line["user_id"])
        check(known == line["user_id"], f"{where}: its writer was somebody else before")
        if line["edits"] and line["user_id"] is not None:
            self.changed_by.add(line["user_id"])
        self.apply(line["edits"], line["writer"], line["credits"], where)

    def apply(self, edits: list[Json], writer: int, credited: list[list[int]] | None, where: str) -> None:
        """Fold one change into the text; `credited` says whose words it brings back, its writer's for None."""
        inserted = [each["insert"].encode("utf-16-le") for each in edits]
        total = sum(map(len, inserted)) // 2
        runs = [[writer, total]] if credited is None else credited
        counts = [count for _, count in runs]
        fits = sum(counts) == total and (min(counts, default=0) >= 0)
        check(fits, f"{where}: its credits are not as long as what it inserts")
        wrote = array("I")
        for each, count in runs:
            wrote.extend([each] * count)
        # From the last edit to the first: positions are those of the text before.
        end, at = len(self.writers), total
        for edit, data in zip(reversed(edits), reversed(inserted), strict=True):
            start, behind = edit["pos"], edit["pos"] + edit["delete"]
            check(0 <= start <= behind <= end, f"{where}: its edits do not fit the text before")
            at -= len(data) // 2
            self.text[2 * start : 2 * behind] = data
            self.writers[start:behind] = wrote[at : at + len(data) // 2]
            end = start

    def contributors(self, start: int, end: int) -> list[Json]:
        """Everybody who changed the pad, with how many units of a part are theirs; what nobody wrote comes last."""
        counts: dict[str | None, int] = dict.fromkeys(self.changed_by, 0)
        for writer, count in Counter(self.writers[start:end]).items():
            user = self.users.get(writer)
            counts[user] = counts.get(user, 0) + count
        nobody = counts.pop(None, 0)
        found = [{"id": user, "characters": counts[user]} for user in sorted(filter(None, counts))]
        return [*found, *([{"id": None, "characters": nobody}] if nobody else [])]

    def range_of(self, part: Json | None, where: str) -> tuple[int, int]:
        """Where a part begins and ends, all of the text for None."""
        start, end = (0, len(self.writers)) if part is None else (part["start"], part["end"])
        check(0 <= start <= end <= len(self.writers), f"{where}: the text has no such part")
        return start, end

    def part(self, start: int, end: int) -> str:
        return self.text[2 * start : 2 * end].decode("utf-16-le")


class PromotionsChecker:
    """Checks promoted and proposed versions against the logs of their pads, and both against the events."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.sources = Sources(facts.all_events())
        self.recorded = self.sources.recorded
        self.unedited = 0  # proposed versions that have the words of their pad
        # The names that each pad had.
        self.names: dict[str, dict[str, int]] = {}
        # Who changed it at the site from which it was imported, by the revision that was recorded.
        self.imported: dict[str, dict[int, set[str]]] = {}
        for number, _, record in facts.all_events():
            pad, data = record["target"]["id"], record["data"]
            if record["action"] in ("pad.created", "pad.updated"):
                self.names.setdefault(pad, {}).setdefault(data["name"], number)
            elif record["action"] == "pad.recorded":
                people = set(data.get("import", {}).get("changed_by", ()))
                self.imported.setdefault(pad, {}).setdefault(data["revision"], set()).update(people)

    def check_event(self, said: Json) -> None:
        """The version changes one field, names the pad and its writers, and the hash of the log is on the trail."""
        where, origin, named = f"event {said['number']}", said["origin"], said["pad"]
        pad, revision = origin["id"], origin["revision"]
        check(len(said["changed_fields"]) == 1, f"{where}: a promoted version changes one field")
        known = self.names.get(pad, {}).get(named["name"], said["number"]) < said["number"]
        check(known, f"{where}: no event before gave the pad {pad} this name")
        people = [each["id"] for each in sorted(origin["contributors"], key=lambda each: -each["characters"])]
        same = [each["id"] for each in named["writers"]] == [each for each in people if each is not None]
        check(same, f"{where}: it names other writers than contributors")
        covered = max(self.recorded.get(pad, {}), default=0) >= revision
        check(covered, f"{where}: no event records the log of the pad {pad} up to revision {revision}")
        digest = self.recorded.get(pad, {}).get(revision, origin["digest"])
        check(digest == origin["digest"], f"{where}: its digest is not the hash that was recorded of the pad {pad}")

    def check_log(self, pad: str) -> None:
        """Fold a log, and compare what was recorded, promoted and proposed of it on the way."""
        name, log, last = f"{PAD_LOGS}{pad}.jsonl", LogOfPad(pad), self.sources.last(pad)
        promoted = sorted(self.sources.promotions.get(pad, ()), key=lambda said: -said["origin"]["revision"])
        proposed = sorted(self.sources.proposed.get(pad, ()), key=lambda said: -said["revision"])
        recorded = self.recorded.get(pad, {})
        self.check_versions(name, log, promoted, proposed)
        for number, line in self.facts.bundle.lines(name):
            where = f"{name}, line {number}"
            check(log.revision < last, f"{where}: no version was promoted from it, nor from a later one")
            log.append(line, where)
            log.changed_by |= self.imported.get(pad, {}).get(log.revision, set())
            same = recorded.get(log.revision, log.hash) == log.hash
            check(same, f"{where}: the log up to here is not the one that was recorded")
            self.check_versions(name, log, promoted, proposed)
        ends = f"{name}: it ends at revision {log.revision}, but revision {last} was"
        check(log.revision == last, f"{ends} promoted" if promoted else f"{ends} recorded or proposed")

    def check_versions(self, name: str, log: LogOfPad, promoted: list[Json], proposed: list[Json]) -> None:
        """Compare the versions that were made from the revision that has just been read."""
        where = f"{name}, revision {log.revision}"
        while promoted and promoted[-1]["origin"]["revision"] == log.revision:
            self.check_promoted(where, log, promoted.pop())
        while proposed and proposed[-1]["revision"] == log.revision:
            self.check_proposed(where, log, proposed.pop())

    def check_promoted(self, where: str, log: LogOfPad, said: Json) -> None:
        """A version has the text, the hash and the contributors of the revision that it was promoted from."""
        origin, where = said["origin"], f"{where}, promoted to v{said['version']}"
        check(origin["digest"] == log.hash, f"{where}: the log up to here is not the one of its digest")
        start, end = log.range_of(origin["part"], where)
        theirs = log.contributors(start, end)
        check(origin["contributors"] == theirs, f"{where}: other people contributed, or wrote more or less of it")
        self.check_text(where, said, log.part(start, end))

    def check_proposed(self, where: str, log: LogOfPad, said: Json) -> None:
        """Everybody who changed the pad contributed to the version. Its proposal may have been edited before."""
        where = f"{where}, proposed and accepted as v{said['version']}"
        start, end = log.range_of(said["part"], where)
        named = {each["id"]: each["characters"] for each in said["origin"]["contributors"]}
        theirs = {each["id"]: each["characters"] for each in log.contributors(start, end) if each["id"] is not None}
        same = theirs.items() <= named.items()
        check(same, f"{where}: it leaves out a contributor, or names more or less that they wrote")
        text = log.part(start, end)
        held = [self.facts.bundle.read(f"{PAD_TEXTS}{each}").decode() for each in held_after(said)]
        self.unedited += any(words in each for each in held for words in (text, text.replace("\n", "\r\n")))

    def check_text(self, where: str, said: Json, text: str) -> None:
        """The field of the version holds the part: all of it, or in its place in what the field held before."""
        field, place = said["changed_fields"][0], said["origin"]["place"]
        held = self.facts.versions[said["version"]]["fields"][field]["sha256"]
        with_crlf = text.replace("\n", "\r\n")
        if place is None:
            made = {text, with_crlf}
        else:
            before = self.facts.bundle.read(f"{PAD_TEXTS}{self.sha256_before(said)}").decode()
            units = before.encode("utf-16-le")
            is_crlf = "\r\n" in before and "\n" not in before.replace("\r\n", "")
            middle = (with_crlf if is_crlf else text).encode("utf-16-le")
            made = {(units[: 2 * place["start"]] + middle + units[2 * place["end"] :]).decode("utf-16-le")}
        fits = held in {sha256(each.encode()) for each in made}
        check(fits, f"{where}: the version has another text")

    def sha256_before(self, said: Json) -> str:
        """The hash of what the field held in the version before."""
        before: Mapping[str, Json] = self.facts.versions[said["version"] - 1]["fields"]
        return str(before[said["changed_fields"][0]]["sha256"])

    def check_files(self) -> None:
        """There are just the logs of these versions' pads, and the texts that belong to them."""
        logged = self.sources.logged()
        promoted = [each for pad in logged for each in self.sources.promotions.get(pad, ())]
        texts = {self.sha256_before(each) for each in promoted if each["origin"]["place"] is not None}
        for pad in logged:
            texts.update(*map(held_after, self.sources.proposed.get(pad, ())))
        wanted = {f"{PAD_LOGS}{pad}.jsonl" for pad in logged} | {f"{PAD_TEXTS}{each}" for each in texts}
        there = {name for name in self.facts.bundle.names() if name.startswith("pads/")}
        for name in sorted(there ^ wanted):
            check(name in there, f"{name} is missing")
            check(name in wanted, f"{name}: no version was promoted from it")
        for digest in sorted(texts):
            name = f"{PAD_TEXTS}{digest}"
            check(sha256(self.facts.bundle.read(name)) == digest, f"{name}: it is not what the field held")

    def check_recorded(self, pad: str) -> None:
        """Say of which proposed versions no event covers the log; earlier releases of Foundry recorded it later."""
        newest = max(self.recorded.get(pad, {}), default=0)
        for said in self.sources.proposed.get(pad, ()):
            if said["revision"] > newest:
                words = f"NOT CHECKED: no event records the log of the pad {pad} up to revision {said['revision']}"
                self.facts.notes.append(f"{words}, from which v{said['version']} was proposed.")


def check_pads(facts: Facts) -> None:
    """Each version that was made from a pad has its text, its contributors and the hash of its log."""
    checker = PromotionsChecker(facts)
    sources = checker.sources
    for said in sources.promotions.values():
        for each in said:
            checker.check_event(each)
    checker.check_files()
    revisions = 0
    for pad in sources.pads():
        last = sources.last(pad)
        checker.check_recorded(pad)
        if last > MAX_LOGGED:
            facts.notes.append(f"NOT CHECKED: the log of the pad {pad} up to revision {last}, too long for a bundle.")
            facts.notes.append("  The site's verify_audit folds it, and verify_export that of the project's file.")
        else:
            checker.check_log(pad)
            revisions += last
    versions = sum(map(len, sources.promotions.values()))
    facts.notes.append(f"{versions} versions promoted from pads, their {revisions} revisions folded again")
    if proposed := sum(map(len, sources.proposed.values())):
        facts.notes.append(f"{proposed} versions of proposals from pads, {checker.unedited} of them not edited since")


add_part(Part("pads", actions=frozenset({"pad.created"}), folders=frozenset({"pads"}), check=check_pads))
