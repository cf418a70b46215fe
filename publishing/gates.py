"""Gates of a release: checks by stages, run before a version is submitted and again before it is released.

    GATES.register("evaluation", Gate(title=_("Evaluation"), check=check_evaluation, form=EvaluationForm))

A project's policy names the gates that its releases must pass, with their parameters (`Rules.gates`). The facts that
they return are recorded in the events `release.submitted` and `release.released`, and so are part of every bundle. See
docs/adr/0026.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from drafts.models import Draft
from kernel.errors import Conflict
from kernel.registry import Registry

if TYPE_CHECKING:
    from publishing.models import Release

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """The input of a gate: may this version be submitted (`release` is None), or may this release be released?"""

    draft: Draft
    release: Release | None
    parameters: Mapping[str, Any]

    @property
    def project_id(self) -> UUID:
        return self.draft.project_id


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """The result of a gate. An empty `refusal` means that the release passes; `facts` are then recorded.

    `facts` are short JSON values and hashes. `refusal` gives the reason in words for people; `warnings` are shown to
    those who submit and sign.
    """

    facts: Facts = field(default_factory=dict)
    refusal: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GateLink:
    """A page where people go on, so that a release passes a gate: its address, and what they do there."""

    label: str
    href: str


def no_links(question: GateQuestion) -> Sequence[GateLink]:
    """The links of a gate that has none."""
    return ()


class GateForm(forms.Form):
    """The form for a gate's parameters; its cleaned data is stored as JSON. This base class has no parameters."""

    def __init__(self, *args: Any, project_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project_id = project_id


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. `check` only reads, inside the transaction of the submission or signature, and must not raise.

    `links` are asked for by pages alone, where the release does not pass or the gate warns.

    A gate with `always` runs for every release, even if the policy does not name it (then with its form's initial
    values). It is meant for facts that every release records.
    """

    title: str | Promise
    check: Callable[[GateQuestion], GateAnswer]
    links: Callable[[GateQuestion], Sequence[GateLink]] = no_links
    description: str | Promise = ""
    form: type[GateForm] = GateForm
    always: bool = False
    position: float = 0

    def initial(self) -> dict[str, Any]:
        """The default parameters."""
        return {name: each.initial for name, each in self.form.base_fields.items()}


GATES: Final = Registry[Gate]("gate of releases")


def gate_title(name: str) -> str:
    """The title of a gate, or its name if it is not installed."""
    return str(GATES[name].title) if name in GATES else name


def ask_gates(
    chosen: Mapping[str, Mapping[str, Any]], *, draft: Draft, release: Release | None = None
) -> dict[str, GateAnswer]:
    """Run the gates that a policy names and those that always run, and return their answers in order.

    A gate that is not installed refuses, because its check cannot be run. One that always runs is left out where it has
    nothing to say.
    """
    wanted = {name: gate.initial() for name, gate in GATES.items() if gate.always} | dict(chosen)
    order = [name for name in GATES if name in wanted] + sorted(set(wanted) - set(GATES))
    answers = {name: _ask(name, GateQuestion(draft, release, wanted[name])) for name in order}
    return {name: answer for name, answer in answers.items() if name in chosen or answer != GateAnswer()}


def gate_links(
    name: str, parameters: Mapping[str, Any], *, draft: Draft, release: Release | None = None
) -> Sequence[GateLink]:
    """Where people go on, so that a release passes this gate."""
    gate = GATES.get(name)
    return gate.links(GateQuestion(draft, release, parameters)) if gate is not None else ()


def pass_gates(
    chosen: Mapping[str, Mapping[str, Any]], *, draft: Draft, release: Release | None = None
) -> dict[str, dict[str, Any]]:
    """Run the gates and return their facts. Raises `Conflict` with all refusals, by gate, in `gates`."""
    answers = ask_gates(chosen, draft=draft, release=release)
    refusals = {name: answer.refusal for name, answer in answers.items() if answer.refusal}
    if refusals:
        raise Conflict(" ".join(f"{gate_title(name)}: {words}" for name, words in refusals.items()), gates=refusals)
    return {name: dict(answer.facts) for name, answer in answers.items()}


def gate_warnings(chosen: Mapping[str, Mapping[str, Any]], *, draft: Draft, release: Release | None) -> list[str]:
    """Warnings for submitters and signers: those of the gates, and the reasons for which a gate would refuse now."""
    return [
        f"{gate_title(name)}: {words}"
        for name, answer in ask_gates(chosen, draft=draft, release=release).items()
        for words in (*([answer.refusal] if answer.refusal else []), *answer.warnings)
    ]


def _ask(name: str, question: GateQuestion) -> GateAnswer:
    gate = GATES.get(name)
    if gate is None:
        words = _(
            "This gate is not installed here. An operator can install the stage that has it; an owner can take it out "
            "of the policy before the version is submitted again."
        )
        return GateAnswer(refusal=words)
    return gate.check(question)
