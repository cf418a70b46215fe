"""The proposals in a bundle, and the recount of every acceptance. Also a piece of `verify.py`.

`verify_audit` recounts with the same code, so it imports the standard library and the verifier's modules only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from audit.derivation import Event, Json, actor_of
from publishing.bundle.verifier.chain import Facts
from publishing.bundle.verifier.parts import Part, add_part
from publishing.bundle.verifier.reading import canonical, check, sha256
from publishing.bundle.verifier.record import check_lines
from publishing.quorum import Approval, Quorum, approval_progress

PROPOSALS_FILE = "proposals/proposals.jsonl"
ROUND_MADE = ("proposal.opened", "proposal.changed")
PROPOSAL_ENDS = {
    "proposal.accepted": "accepted",
    "proposal.rejected": "rejected",
    "proposal.withdrawn": "withdrawn",
    "proposal.expired": "expired",
}
# Whether a thread is open after the event.
COMMENT_STEPS = {
    "comment.created": True,
    "comment.resolved": False,
    "comment.reopened": True,
    "comment.withdrawn": False,
}
MAY_VOTE = ("reviewer", "editor", "owner")
MAY_ACCEPT = ("editor", "owner")
DEFAULT_POLICY = {"approvals": 0, "author_may_approve": False, "open_comments": "warn", "days": 0}


def proposals_of(events: Iterable[Event]) -> Iterator[Json]:
    """Every proposal that was opened, with its rounds and votes, as the events say."""
    found: dict[str, Json] = {}
    for number, at, record in events:
        action, data = record["action"], record["data"]
        if not action.startswith("proposal."):
            continue
        line = found.setdefault(record["target"]["id"], {"id": record["target"]["id"], "rounds": [], "votes": []})
        line |= {"number": data["number"], "title": data["title"]}
        if action in ROUND_MADE:
            line |= {name: data[name] for name in ("author", "on_behalf_of", "origin")}
            line |= {"state": "open", "ended": None}
            same = {name: data[name] for name in ("round", "digest", "changes", "contributors")}
            line["rounds"].append({**same, "created_at": at, "created_by": actor_of(record)})
        elif action == "proposal.voted":
            said = {"round": data["round"], "verdict": data["verdict"], "comment": record["reason"] or ""}
            line["votes"].append({**said, "person": actor_of(record), "created_at": at})
        elif action in PROPOSAL_ENDS:
            ended = {"by": actor_of(record), "at": at, "reason": record["reason"] or "", "event": number}
            line |= {"state": PROPOSAL_ENDS[action], "ended": ended}
    yield from found.values()


@dataclass
class OpenProposal:
    """A proposal so far: its newest round with the number of its event, its time limit, the newest vote of each person
    as (verdict, round), its open comments, and whether it ended.
    """

    round: Json
    made_by: int = 0
    expires_at: str | None = None
    has_ended: bool = False
    votes: dict[str, tuple[str, int]] = field(default_factory=dict)
    comments: set[str] = field(default_factory=set)


@dataclass
class Recount:
    """The state of a chain, as far as proposals depend on it. `faults` are (number of an event, what is wrong).

    `passed_over` are (number of an acceptance, the id of a person whose objection it does not name): right only if
    their account was closed, which is on the site's chain.
    """

    roles: dict[str, str] = field(default_factory=dict)
    policy: Json = field(default_factory=lambda: dict(DEFAULT_POLICY))
    proposals: dict[str, OpenProposal] = field(default_factory=dict)
    # What each field holds, by its hash, and the renames of files: the number of the event, old field → new field.
    held: dict[str, str | None] = field(default_factory=dict)
    renames: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    # The acceptance whose version must be the next one, if it changes fields.
    accepted: tuple[str, Json] | None = None
    faults: list[tuple[int, str]] = field(default_factory=list)
    passed_over: list[tuple[int, str]] = field(default_factory=list)
    acceptances: int = 0

    def take(self, event: Event) -> None:
        """Follow the next event of the chain."""
        number, _, record = event
        action, data, target = record["action"], record["data"], record["target"]["id"]
        if action.startswith("proposal."):
            self._take_proposal(event)
        elif action.startswith("member."):
            self._take_member(action, target, data)
        elif action == "policy.updated":
            self.policy = data.get("proposals", self.policy)
        elif action == "draft.saved":
            self._take_version(number, data)
        elif action in COMMENT_STEPS and "proposal_id" in data:
            self._take_comment(number, target, action, data)

    def _take_proposal(self, event: Event) -> None:
        number, at, record = event
        action, data, target = record["action"], record["data"], record["target"]["id"]
        before = self.proposals.get(target)
        if before is not None:
            self._fault_unless(not before.has_ended, number, "its proposal had ended")
            is_late = before.expires_at is not None and at >= before.expires_at
            is_decision = action in ("proposal.voted", "proposal.accepted")
            self._fault_unless(not (is_decision and is_late), number, "the time of its proposal was over")
            before.has_ended = before.has_ended or action in PROPOSAL_ENDS
        if action in ROUND_MADE:
            self._take_round(number, target, data)
        elif action == "proposal.voted":
            self._take_vote(number, target, record)
        elif action == "proposal.accepted":
            self._take_acceptance(number, target, record)
        elif action == "proposal.edited" and before is not None:
            before.expires_at = data["expires_at"]

    def _take_member(self, action: str, target: str, data: Json) -> None:
        if action in ("member.added", "member.role_changed"):
            self.roles[target] = data["role"]
        elif action == "member.removed":
            self.roles.pop(target, None)

    def _fault_unless(self, holds: bool, number: int, what: str) -> None:
        if not holds:
            self.faults.append((number, what))

    def _take_round(self, number: int, target: str, data: Json) -> None:
        digest = sha256(canonical({"v": 1, "changes": data["changes"]}).encode())
        self._fault_unless(digest == data["digest"], number, "its digest is not that of its changes")
        before = self.proposals.setdefault(target, OpenProposal({"round": 0}))
        self._fault_unless(data["round"] == before.round["round"] + 1, number, "its round is not the next one")
        wrote = {each["id"] for each in data["contributors"]}
        people = [data["author"], *filter(None, [data["on_behalf_of"]]), *before.round.get("contributors", ())]
        left_out = {each["id"] for each in people} - wrote
        self._fault_unless(not left_out, number, "it leaves out its author or a contributor of the round before")
        before.round, before.made_by, before.expires_at = data, number, data["expires_at"]

    def _take_vote(self, number: int, target: str, record: Json) -> None:
        said, proposal = record["data"], self.proposals.get(target)
        if proposal is None or (said["round"], said["digest"]) != (proposal.round["round"], proposal.round["digest"]):
            self.faults.append((number, "it votes on another round than the newest"))
            return
        self._fault_unless(record["actor"]["kind"] == "human", number, "only people vote")
        proposal.votes[record["actor"]["id"]] = (said["verdict"], said["round"])

    def _take_comment(self, number: int, target: str, action: str, data: Json) -> None:
        proposal = self.proposals.get(data["proposal_id"])
        if proposal is None or not 1 <= data["round"] <= proposal.round["round"]:
            self.faults.append((number, "it is on a round that was not made"))
        elif COMMENT_STEPS[action]:
            proposal.comments.add(target)
        else:
            proposal.comments.discard(target)

    def _take_acceptance(self, number: int, target: str, record: Json) -> None:
        self.fault_without_version()
        said, proposal = record["data"], self.proposals.get(target)
        if proposal is None or (said["round"], said["digest"]) != (proposal.round["round"], proposal.round["digest"]):
            self.faults.append((number, "it accepts another round than the newest"))
            return
        self.acceptances += 1
        self._fault_unless(record["actor"]["kind"] == "human", number, "only people accept")
        role = self.roles.get(record["actor"]["id"])
        self._fault_unless(role in MAY_ACCEPT, number, "who accepted it was no editor")
        self._fault_unless(not said["overridden"] or role == "owner", number, "only an owner overrides objections")
        self._fault_unless(said["policy"] == self.policy, number, "its policy is not the one that the project had")
        self._check_changes(number, proposal, said["changes"])
        self._check_votes(number, proposal, record)
        count = len(proposal.comments)
        self._fault_unless(said.get("open_comments", 0) == count, number, "it counts other comments than were open")
        blocks = said["policy"].get("open_comments") == "block"
        self._fault_unless(not (blocks and count), number, "comments were open, which its policy did not allow")
        expected = {name for name in said["changes"] if name.startswith("field:")}
        same = {name: proposal.round[name] for name in ("contributors", "changes")}
        self.accepted = (target, {**same, "expected": expected, "event": number})

    def _check_changes(self, number: int, proposal: OpenProposal, changes: Json) -> None:
        """It makes the changes of its round, but for those whose outcome was there already."""
        made = proposal.round["changes"]
        fits = all(
            name in made
            and content_name(made[name]["after"]) == side["after"]
            and content_name(made[name]["base"]) == side["before"]
            for name, side in changes.items()
        )
        self._fault_unless(fits, number, "it changes something else than its round")
        left_out = [name for name in made if name not in changes and name.startswith("field:")]
        was_there = all(self._held_by(name, proposal) == content_name(made[name]["after"]) for name in left_out)
        self._fault_unless(was_there, number, "it leaves out a change of its round that was not there already")

    def _held_by(self, target: str, proposal: OpenProposal) -> str | None:
        """What a field holds that a round changes; a file that was there may have been renamed since."""
        name = target.removeprefix("field:")
        if proposal.round["changes"][target]["base"] is not None:
            for number, later in self.renames:
                if number > proposal.made_by:
                    name = later.get(name, name)
        return self.held.get(name)

    def _check_votes(self, number: int, proposal: OpenProposal, record: Json) -> None:
        """The approvals that it counts were given, and suffice; it names the objections that were made."""
        said = record["data"]
        may_vote = {person for person in proposal.votes if self.roles.get(person) in MAY_VOTE}
        approve = ("approve", said["round"])
        given = {person for person in may_vote if proposal.votes[person] == approve} | {record["actor"]["id"]}
        if not said["policy"]["author_may_approve"]:
            given -= {each["id"] for each in proposal.round["contributors"]}
        counted = {each["id"] for each in said["approvals"]}
        self._fault_unless(counted <= given, number, "it counts an approval that was not given to its round")
        quorum = Quorum({"approved": said["policy"]["approvals"]})
        approvals = [Approval(person, "approved") for person in counted & given]
        met = approval_progress(quorum, given=approvals, authors=()).met
        self._fault_unless(met, number, "it lacks approvals that its policy asked for")
        objecting = {person for person in may_vote if proposal.votes[person][0] == "object"}
        overridden = {each["id"] for each in said["overridden"]}
        self._fault_unless(overridden <= objecting, number, "it names an objection that nobody made")
        self.passed_over += [(number, person) for person in sorted(objecting - overridden - {record["actor"]["id"]})]
        self._fault_unless(not overridden or bool(record["reason"]), number, "it overrides objections without a reason")

    def fault_without_version(self) -> None:
        """Name the last acceptance if it changed fields and no version took it; called where none can take it now."""
        if self.accepted is not None:
            expected, number = self.accepted[1]["expected"], self.accepted[1]["event"]
            self._fault_unless(not expected, number, "no version holds what it accepted")
        self.accepted = None

    def _take_version(self, number: int, data: Json) -> None:
        self.held |= {name: side["after"] for name, side in data["fields"].items()}
        if renamed := data.get("renamed"):
            self.renames.append((number, {old: new for new, old in renamed.items()}))
        origin, accepted = data.get("origin"), self.accepted
        if origin is not None and origin["type"] == "proposal" and accepted and accepted[0] == origin["id"]:
            self.accepted = None
        self.fault_without_version()
        if origin is None or origin["type"] != "proposal":
            self._fault_unless(data["kind"] != "accept", number, "it does not name the proposal that it was made from")
            return
        if accepted is None or accepted[0] != origin["id"]:
            self.faults.append((number, "its proposal was not accepted with it"))
            return
        same = origin["contributors"] == accepted[1]["contributors"]
        self._fault_unless(same, number, "its contributors are not those of the round that was accepted")
        made, expected = accepted[1]["changes"], accepted[1]["expected"]
        self._fault_unless(
            {f"field:{name}" for name in data["fields"]} == expected,
            number,
            "it changes other fields than were accepted",
        )
        fits = all(
            content_name(made.get(f"field:{name}", {}).get("after")) == side["after"]
            for name, side in data["fields"].items()
        )
        self._fault_unless(fits, number, "it holds something else than the round that was accepted")


def content_name(content: Json | None) -> str | None:
    """The hash that stands for a content: a text's own, else that of the whole value."""
    if content is None:
        return None
    digest = content.get("sha256")
    return digest if isinstance(digest, str) else sha256(canonical(content).encode())


def recount(events: Iterable[Event]) -> Recount:
    """Follow a chain, and recount each acceptance in it."""
    found = Recount()
    for event in events:
        found.take(event)
    found.fault_without_version()
    return found


def check_proposals(facts: Facts) -> None:
    """Each proposal is what its events say, and each accepted one had the approvals that it needed."""
    found = recount(facts.all_events())
    for number, what in found.faults:
        check(False, f"events.jsonl, event {number}: {what}")
    check_lines(facts, PROPOSALS_FILE, proposals_of(facts.all_events()))
    for number, person in found.passed_over:
        words = f"NOT CHECKED: event {number} passes over the objection of {person}"
        facts.notes.append(f"{words}. It is right only if that account was closed, which the site's chain says")
    facts.notes.append(f"{found.acceptances} acceptances of proposals, their approvals counted again")


add_part(
    Part(
        "proposals",
        actions=frozenset({"proposal.opened"}),
        folders=frozenset({"proposals"}),
        check=check_proposals,
    ),
)
