"""A project's policy: parsing with defaults, and its quorum and gates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal, get_args
from uuid import UUID

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from publishing.gate_parameters import GateParameters, read_gates
from publishing.models import Meaning, Policy
from publishing.quorum import DEFAULT_RULES, Quorum, quorum_of_rules

MAX_PEOPLE: Final = 20

Enforcement = Literal["ignore", "warn", "block"]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for releases: signatures by meaning, different people overall, the effect of open points, and gates.

    `gates` are the parameters of each gate by its name (`publishing.gates`); a policy without gates does not name them.
    """

    signatures: Mapping[str, int] = field(default_factory=lambda: dict(DEFAULT_RULES["signatures"]))
    distinct_people: int = DEFAULT_RULES["distinct_people"]
    author_may_approve: bool = DEFAULT_RULES["author_may_approve"]
    open_comments: Enforcement = DEFAULT_RULES["open_comments"]
    open_tasks: Enforcement = DEFAULT_RULES["open_tasks"]
    gates: GateParameters = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The policy as JSON."""
        rules = {**asdict(self), "signatures": dict(self.signatures), "gates": dict(self.gates)}
        if not self.gates:
            del rules["gates"]
        return rules

    def quorum(self, *, authors_sign: bool) -> Quorum:
        """The quorum; `authors_sign` says whether any author of the release can sign."""
        return quorum_of_rules(self.data(), authors_sign=authors_sign)


def rules_of(project_id: UUID) -> Rules:
    """The project's rules, or the defaults if none were set."""
    stored = Policy.objects.filter(project_id=project_id).values_list("rules", flat=True).first()
    return Rules(**stored) if stored is not None else Rules()


def read_rules(given: Mapping[str, Any], *, project_id: UUID, before: Rules) -> Rules:
    """Check a policy that replaces `before`. Every member has its default. Raises `ValidationFailed` by member."""
    errors: dict[str, list[str]] = {}
    unknown = set(given) - {*Rules.__dataclass_fields__}
    for name in sorted(unknown):
        errors[name] = [_("Unknown rule.")]
    rules = Rules(**{name: value for name, value in given.items() if name not in {*unknown, "gates"}})
    errors |= {name: [words] for name, words in _problems(rules) if words}
    gates: GateParameters = {}
    try:
        gates = read_gates(given.get("gates", {}), project_id=project_id, before=before.gates)
    except ValidationFailed as refusal:
        errors |= refusal.errors
    if errors:
        raise ValidationFailed(errors)
    return replace(rules, gates=gates)


def _problems(rules: Rules) -> list[tuple[str, str | None]]:
    signatures = _signatures_problem(rules.signatures)
    total = 0 if signatures else sum(rules.signatures.values())
    most = "cannot be more than the signatures themselves"
    return [
        ("signatures", signatures),
        ("distinct_people", count_problem(rules.distinct_people)),
        ("distinct_people", most if not signatures and _exceeds(rules.distinct_people, total) else None),
        ("author_may_approve", flag_problem(rules.author_may_approve)),
        *((name, enforcement_problem(getattr(rules, name))) for name in ("open_comments", "open_tasks")),
    ]


def _exceeds(count: object, total: int) -> bool:
    return isinstance(count, int) and count > total


def _signatures_problem(signatures: object) -> str | None:
    if not isinstance(signatures, Mapping) or not set(signatures) <= set(Meaning.values):
        return f"names numbers of people for {', '.join(Meaning.values)}"
    problem = next(filter(None, map(count_problem, signatures.values())), None)
    return problem or (None if sum(signatures.values()) else "asks for at least one signature")


def count_problem(count: object, maximum: int = MAX_PEOPLE) -> str | None:
    """What is wrong with a number, or None."""
    if type(count) is not int or not 0 <= count <= maximum:
        return f"must be a whole number from 0 to {maximum}"
    return None


def flag_problem(flag: object) -> str | None:
    """What is wrong with a flag, or None."""
    return None if isinstance(flag, bool) else "must be true or false"


def enforcement_problem(enforcement: object) -> str | None:
    """What is wrong with a choice of enforcement, or None."""
    return None if enforcement in get_args(Enforcement) else f"must be one of {', '.join(get_args(Enforcement))}"
