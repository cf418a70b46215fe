"""The work of a station, without waiting: plan, rounds, sweeps, placements. Used by one thread."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from foundry_station import outcomes
from foundry_station.authority import Authority
from foundry_station.clock import Clock, text_of
from foundry_station.editions import next_date
from foundry_station.enforcement import Enforcer, real_of
from foundry_station.files import Signature, signature
from foundry_station.git import GitKeeper
from foundry_station.outcomes import Outcome
from foundry_station.places import Machine
from foundry_station.plan import Plan, Target, make_plan
from foundry_station.release import release_all
from foundry_station.repositories import Repository, open_repository, repository_of
from foundry_station.sealed import Refused, SealedText
from foundry_station.state import State
from foundry_station.state.pruning import prune

# The worst first: a directive in several files is as bad as the worst of them.
_WORST: Final = (
    outcomes.FAILED,
    outcomes.DRIFTED,
    outcomes.PENDING,
    outcomes.EXCEPTED,
    outcomes.ABSENT,
    outcomes.IN_PLACE,
)

Observed = tuple[Signature | None, Signature | None]


@dataclass(frozen=True, slots=True)
class Placement:
    """The state of a directive on this station, over all its files."""

    directive: str
    state: str
    sha256: str
    files: tuple[str, ...]
    edition: int
    until: datetime | None


class Engine:
    """Everything that a station does with files, given its state."""

    def __init__(self, state: State, machine: Machine, clock: Clock | None = None) -> None:
        self.state, self.machine = state, machine
        self.clock = clock or Clock(state)
        self.authority, self.enforcer, self.git = Authority(state), Enforcer(state), GitKeeper(state.folder)
        self.enforcer.on_begun = self._before_first_writes
        self.repositories: list[Repository] = []
        # Counts what was obeyed anew: a plan is for one of these numbers.
        self.obeyed = 0
        self._outcomes: dict[Path, Outcome] = {}
        self._observed: dict[Path, Observed] = {}

    @property
    def plan(self) -> Plan:
        """What belongs where, as of the last `replan`."""
        return self.enforcer.plan

    def begin(self) -> None:
        """Take up what a station that was killed has begun. Only the one daemon may."""
        self.enforcer.finish_begun()

    def read_plan(self) -> None:
        """Make the plan for this moment."""
        self.repositories = [open_repository(root) for root in self.enforcer.files.watched()]
        self.enforcer.plan = make_plan(
            self.authority, self.machine, self.repositories, self.clock.now(), written=self.enforcer.written
        )

    def inspect(self) -> None:
        """See how all files are, without changing any."""
        self.read_plan()
        targets = list(self.plan.targets.values())
        by_path = {each.path: each for each in self.enforcer.inspect(targets, self.clock.now())}
        for target in targets:
            self._outcomes[target.place.path] = by_path[real_of(target)]

    def replan(self) -> int:
        """Make the plan anew, and give back the files that are in it no longer; the number in `obeyed` that it is for.

        Raises `StateUnavailable`.
        """
        number = self.obeyed
        self.read_plan()
        self._outcomes = {path: each for path, each in self._outcomes.items() if path in self.plan.targets}
        self._observed = {path: each for path, each in self._observed.items() if path in self.plan.targets}
        wanted = {real_of(target) for target in self.plan.targets.values()}
        left = [each for each in self.enforcer.files.all() if each.path not in wanted and each.root.is_dir()]
        if left:
            release_all(self.state, left, self.clock.now())
        self.arrange_git(left=[each.path for each in left])
        for each in left:
            if (repository := repository_of(each.path)) is not None:
                self.git.note_write(repository, each.path)
        return number

    def tidy(self) -> int:
        """Forget texts of earlier editions, and kept texts beyond their limits; answers how many of the latter.

        Raises `StateUnavailable`.
        """
        self.authority.forget_unused_texts()
        return prune(self.state, self.clock.now())

    def arrange_git(self, *, left: Iterable[Path] = ()) -> None:
        """Let git know which files are ours; `left` are paths that no longer are."""
        paths = [each.path for each in self.enforcer.files.all()]
        for repository in {found for path in (*paths, *left) if (found := repository_of(path)) is not None}:
            self._arrange(repository)

    def _before_first_writes(self, paths: list[Path]) -> None:
        """Git knows of a file before our text is in it: no commit in between can hold the section."""
        for repository in {found for path in paths if (found := repository_of(path)) is not None}:
            self._arrange(repository)

    def _arrange(self, repository: Repository) -> None:
        managed = self.enforcer.files.below(repository.root)
        self.git.arrange(repository, [each for each in managed if repository_of(each.path) == repository])

    def round(self, paths: Iterable[Path] | None = None) -> list[Outcome]:
        """Look at the files of some paths, or all, and put right what has to be. Raises `StateUnavailable`."""
        chosen = self.plan.targets if paths is None else paths
        targets = [self.plan.targets[path] for path in chosen if path in self.plan.targets]
        before = {target.place.path: _observe(target) for target in targets}
        done = self.enforcer.round(targets, self.clock.now())
        by_path = {each.path: each for each in done}
        for target in targets:
            outcome = by_path.get(real_of(target)) or by_path.get(target.place.path)
            if outcome is None:
                continue
            self._outcomes[target.place.path] = outcome
            observed = before[target.place.path]
            if outcome.is_settled:
                is_link = target.place.path.is_symlink()
                observed = (observed[0] if is_link else outcome.signature, outcome.signature)
            self._observed[target.place.path] = observed
        self._settle_git(done)
        return done

    def _settle_git(self, done: list[Outcome]) -> None:
        """Which files are only ours may have changed by what somebody else wrote, too."""
        found = [(outcome, repository_of(outcome.path)) for outcome in done if not outcome.is_gone]
        for touched in {repository for _, repository in found if repository is not None}:
            self._arrange(touched)
        for outcome, repository in found:
            if outcome.written and repository is not None:
                self.git.note_write(repository, outcome.path)

    def changed(self) -> list[Path]:
        """The paths at which something is other than when they were last looked at."""
        self.git.retry()
        return [
            path for path, target in self.plan.targets.items() if _observe(target) != self._observed.get(path, _NOTHING)
        ]

    def failing(self) -> list[Path]:
        """The paths that could not be looked at or written when that was last tried."""
        return [path for path, each in self._outcomes.items() if each.failure is not None]

    def folders(self) -> list[Path]:
        """The folders that exist now and hold the files of the plan."""
        found = {target.place.path.parent for target in self.plan.targets.values()}
        found |= {outcome.path.parent for outcome in self._outcomes.values()}
        return sorted(folder for folder in found if folder.is_dir())

    def next_moment(self) -> datetime | None:
        """When something changes by itself: a date of a directive, the end of an allowance or of an exception."""
        now = self.clock.now()
        assignment = self.plan.assignment
        ends = [each.until for each in assignment.exceptions] if assignment else []
        moments = [
            next_date(self.authority.editions(), now),
            self.enforcer.files.next_expiry(now),
            min((each for each in ends if each is not None and each > now), default=None),
        ]
        return min((each for each in moments if each is not None), default=None)

    def check_clock(self) -> timedelta | None:
        """Report a wall clock that was set; by how much."""
        jump = self.clock.jumped()
        if jump is not None:
            seconds = f"{jump.total_seconds():+.0f} s"
            self.enforcer.reports.add({"kind": "clock_jumped", "at": text_of(self.clock.now()), "reason": seconds})
        return jump

    # What is shown and sent

    def outcomes(self) -> dict[Path, Outcome]:
        """What became of each file when it was last looked at."""
        return dict(self._outcomes)

    def placements(self) -> list[Placement]:
        """The state of each directive now."""
        states: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        untils: dict[str, datetime] = {}
        for target in self.plan.targets.values():
            outcome = self._outcomes.get(target.place.path)
            found = outcome.states() if outcome else {}
            choices = {each.expectation.directive.id: each for each in outcome.choices} if outcome else {}
            for entry in target.entries:
                name = entry.directive.id
                choice = choices.get(name)
                state = found.get(name, outcomes.PENDING)
                good = state == outcomes.IN_PLACE
                sha256 = entry.directive.sha256 if good else choice.sha256 if choice else ""
                states[name].append((state, sha256, _shown(target)))
                if choice and choice.until and state in {outcomes.DRIFTED, outcomes.EXCEPTED}:
                    untils[name] = max(choice.until, untils.get(name, choice.until))
        return [self._placement(name, states.get(name, []), untils.get(name)) for name in self.plan.directives]

    def _placement(self, directive: str, found: list[tuple[str, str, str]], until: datetime | None) -> Placement:
        reason = self.plan.without_place.get(directive)
        edition = self.plan.editions[directive]
        if reason is not None or not found:
            state = outcomes.FAILED if reason is not None else outcomes.ABSENT
            return Placement(directive, state, "", (), edition, None)
        state, sha256, _ = min(found, key=lambda each: _WORST.index(each[0]))
        return Placement(directive, state, sha256, tuple(each[2] for each in found), edition, until)

    # What the server sends

    def report_refusal(self, kind: str, refused: Refused, sealed: SealedText | None) -> None:
        """Report that something was not obeyed, each thing once for each reason."""
        name = sealed.sha256 if sealed else kind
        with self.state.transaction():
            done = self.state.run("INSERT OR IGNORE INTO refusals VALUES (?, ?)", name, refused.reason)
            if done.rowcount:
                at = text_of(self.clock.now())
                facts = {"kind": "refused", "at": at, "action": "left", "reason": refused.reason, "path": kind}
                self.enforcer.reports.add({**facts, "found": sealed.sha256 if sealed else None})


_NOTHING: Final[tuple[object, object]] = (0, 0)


def _observe(target: Target) -> Observed:
    path = target.place.path
    own = signature(path)
    if own is None or not path.is_symlink():
        return (own, own)
    return (own, signature(real_of(target)))


def _shown(target: Target) -> str:
    repository = target.place.repository
    return f"{repository.name}:{target.place.shown}" if repository else target.place.shown
