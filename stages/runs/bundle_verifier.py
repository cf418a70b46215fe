"""The evaluations by which releases passed their gates, in a bundle, counted again. Also a piece of `verify.py`.

`verify_audit` and Foundry itself count with the same code, so it imports the standard library and the verifier's
modules only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from audit.derivation import Event, Json
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import check, sha256

RUN_FILES, OUTPUT_FILES = "runs/", "outputs/"
GATE_MOMENTS = ("release.submitted", "release.released")


@dataclass(frozen=True)
class CountedCell:
    """A graded answer: which case of which model, whether it passed (None: an error), and the same by grader."""

    case: Hashable
    passed: bool | None
    grades: Mapping[str, bool | None]


def count_cells(cells: Iterable[CountedCell], *, rules: Json, expected: int) -> Json:
    """What the answers to a suite amount to: `{outcome, passed, failed, errors}`, the last three counted in cases.

    `rules` are `{rate, each, must}`, shares as texts; `expected` is the number of answers that there should be. With
    any error, or without any case, the outcome is `errors`.
    """
    every = list(cells)
    cases: dict[Hashable, list[bool]] = {}
    for cell in every:
        if cell.passed is not None:
            cases.setdefault(cell.case, []).append(cell.passed)
    graded = sum(map(len, cases.values()))
    errors = max(expected - graded, sum(cell.passed is None for cell in every))
    passed = sum(Decimal(sum(each)) >= Decimal(rules["each"]) * len(each) for each in cases.values())
    must_failed = any(cell.grades.get(name) is False for name in rules["must"] for cell in every)
    is_enough = bool(cases) and Decimal(passed) >= Decimal(rules["rate"]) * len(cases) and not must_failed
    outcome = "errors" if errors or not cases else "passed" if is_enough else "failed"
    return {"outcome": outcome, "passed": passed, "failed": len(cases) - passed, "errors": errors}


def cells_of_lines(lines: Iterable[Json]) -> Iterator[CountedCell]:
    """The cells of a run's file: what the last call for each case and repeat says."""
    last = {(line["case"], line["repeat"]): line for line in lines if "case" in line and line["purpose"] == "generate"}
    for (case, _), line in last.items():
        yield CountedCell(case, line["passed"], {each["grader"]: each["passed"] for each in line["grades"] or ()})


def gate_facts_of(events: Iterable[Event], *, release: str | None) -> Iterator[tuple[int, Json, Json]]:
    """The facts of the gate: the number of the event, its record, and what it says of the evaluation.

    `release` is the id of a release, None for all.
    """
    for number, _, record in events:
        if record["action"] in GATE_MOMENTS and release in (None, record["target"]["id"]):
            said = record["data"].get("gates", {}).get("evaluation")
            if said is not None:
                yield number, record, said


def runs_of_gates(said: Iterable[tuple[int, Json, Json]]) -> list[str]:
    """The ids of the runs that gates counted, each once, in order."""
    runs = (run["run"] for _, _, gate in said for suite in gate["suites"] for run in suite["runs"])
    return list(dict.fromkeys(runs))


class RunsChecker:
    """Checks what gates say of runs against the events and the files."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.queued: dict[str, tuple[int, Json]] = {}
        self.ended: dict[str, tuple[int, Json]] = {}
        self.submitted: dict[str, Json] = {}
        self.outputs: set[str] = set()
        for number, _, record in facts.all_events():
            if record["action"] == "run.queued":
                self.queued[record["target"]["id"]] = (number, record["data"])
            elif record["action"] == "run.succeeded":
                self.ended[record["target"]["id"]] = (number, record["data"])
            elif record["action"] == "release.submitted":
                self.submitted[record["target"]["id"]] = record["data"]

    def check_gate(self, number: int, record: Json, said: Json) -> None:
        """The gate speaks of the suites that the policy names, in this version, and of runs that passed."""
        where = f"event {number}"
        data = self.submitted[record["target"]["id"]]
        asked = data["rules"]["gates"].get("evaluation", {})
        named = [suite["path"] for suite in said["suites"]]
        check(named == asked.get("suites"), f"{where}: its gate is about other suites than its policy")
        check(said["enforcement"] == asked.get("enforcement"), f"{where}: its gate is another than its policy's")
        version = self.facts.versions[data["version"]]
        for suite in said["suites"]:
            there = version["fields"].get(f"files/{suite['path']}", {}).get("sha256")
            check(suite["sha256"] == there, f"{where}: {suite['path']} is not the file of v{data['version']}")
            models = {run["model"] for run in suite["runs"]}
            for run in suite["runs"]:
                self.check_run(number, run, suite, version)
            if said["enforcement"] == "block":
                fits = bool(models) and all(run["verdict"]["outcome"] == "passed" for run in suite["runs"])
                check(fits, f"{where}: {suite['path']} did not pass")
                wanted = {name for run in suite["runs"] for name in self.queued[run["run"]][1]["suite"]["models"]}
                check(models == wanted, f"{where}: {suite['path']} lacks a model")

    def check_run(self, number: int, said: Json, suite: Json, version: Json) -> None:
        """The run evaluated this content with this suite, ended before, and its file adds up to its verdict."""
        run, name = said["run"], f"{RUN_FILES}{said['run']}.jsonl"
        check(run in self.queued and run in self.ended, f"event {number}: no event describes the run {run}")
        (_, asked), (end, ended) = self.queued[run], self.ended[run]
        check(end < number, f"event {number}: the run {run} ended later")
        source = asked["source"]
        own = source["content_hash"] == version["content_hash"] and source["unsaved"] == {}
        check(own, f"event {number}: the run {run} evaluated other content")
        evaluated = asked.get("suite", {})
        same = all(evaluated.get(each) == suite[each] for each in ("path", "sha256"))
        check(
            same and evaluated["name"] == said["model"], f"event {number}: the run {run} is of another suite or model"
        )
        data = self.facts.bundle.read(name)
        check(sha256(data) == ended["record_sha256"], f"{name}: it was changed (its SHA-256 is not the event's)")
        lines = list(self.facts.lines(name))
        verdict = count_cells(cells_of_lines(lines), rules=evaluated["rules"], expected=evaluated["cells"])
        check(verdict == ended["verdict"] == said["verdict"], f"{name}: it adds up to another verdict")
        for line in lines:
            self.check_fresh(name, asked, line)
            self.outputs |= {line[each] for each in ("response", "tool_calls") if line[each] is not None}

    def check_fresh(self, name: str, asked: Json, line: Json) -> None:
        """A reused answer is one of the same experiment."""
        reused = line.get("reused_from")
        if reused is not None:
            origin = self.queued.get(reused["run"], (0, {}))[1]
            is_own = origin.get("experiment_id") == asked["experiment_id"]
            check(is_own, f"{name}: it reuses the answer of another experiment")

    def check_files(self, runs: Iterable[str]) -> None:
        """There are just the files of these runs, and their outputs have the hashes that they are named by."""
        names = self.facts.bundle.names()
        wanted = {f"{RUN_FILES}{run}.jsonl" for run in runs} | {f"{OUTPUT_FILES}{each}" for each in self.outputs}
        there = {name for name in names if name.startswith((RUN_FILES, OUTPUT_FILES))}
        for name in sorted(there ^ wanted):
            check(name in there, f"{name} is missing")
            check(name in wanted, f"{name}: no gate counted it")
        for digest in sorted(self.outputs):
            name = f"{OUTPUT_FILES}{digest}"
            check(sha256(self.facts.bundle.read(name)) == digest, f"{name}: it is not the output that came")


def check_runs(facts: Facts) -> None:
    """Each gate of an evaluation says what its runs amount to."""
    said = list(gate_facts_of(facts.all_events(), release=facts.scope["release"]))
    checker = RunsChecker(facts)
    for number, record, gate in said:
        checker.check_gate(number, record, gate)
    runs = runs_of_gates(said)
    checker.check_files(runs)
    facts.notes.append(f"{len(runs)} runs of evaluations, their {len(checker.outputs)} outputs counted again")


add_part(
    Part("runs", actions=frozenset({"run.queued"}), folders=frozenset({"runs", "outputs"}), check=check_runs),
)
