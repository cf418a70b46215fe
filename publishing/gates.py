"""Gates of a release: what a stage checks before a version is submitted, and again before the last signature counts.

    GATES.register("evaluation", Gate(title=_("Evaluation"), check=check_evaluation, form=EvaluationForm))

The policy names the gates that a project's releases pass, with their parameters (`Rules.gates`). Their facts stand in
the events `release.submitted` and `release.released`, and so in every bundle. See docs/adr/0026.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    """What a gate is asked: may this version be submitted (`release` is None), or this release be released."""

    draft: Draft
    release: Release | None
    parameters: Mapping[str, Any]

    @property
    def project_id(self) -> UUID:
        return self.draft.project_id


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """`facts` (short JSON values and hashes) go on record where the release passes.

    `refusal` says why it does not, in words for people; `warnings` are shown to those who submit and sign.
    """

    facts: Facts = field(default_factory=dict)
    refusal: str = ""
    warnings: tuple[str, ...] = ()


class GateForm(forms.Form):
    """The parameters of a gate as a form; what it cleans is stored as JSON. This one has none."""

    def __init__(self, *args: Any, project_id: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project_id = project_id


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate. `check` reads only, inside the transaction of the submission or signature, and raises nothing.

    A gate that asks `always` is asked of every release, with its form's initial values, whether the policy names it or
    not: for facts that every release states.
    """

    title: str | Promise
    check: Callable[[GateQuestion], GateAnswer]
    description: str | Promise = ""
    form: type[GateForm] = GateForm
    always: bool = False
    position: float = 0

    def initial(self) -> dict[str, Any]:
        """The parameters where nobody has chosen any."""
        return {name: each.initial for name, each in self.form.base_fields.items()}


GATES: Final = Registry[Gate]("gate of releases")


def gate_title(name: str) -> str:
    """What a gate is called on pages; its name where it is not installed."""
    return str(GATES[name].title) if name in GATES else name


def ask_gates(
    chosen: Mapping[str, Mapping[str, Any]], *, draft: Draft, release: Release | None = None
) -> dict[str, GateAnswer]:
    """The answers of the gates that a policy names and of those that are always asked, in their order.

    A gate that is not installed refuses: nobody could say whether the release passes.
    """
    wanted = {name: gate.initial() for name, gate in GATES.items() if gate.always} | dict(chosen)
    order = [name for name in GATES if name in wanted] + sorted(set(wanted) - set(GATES))
    return {name: _ask(name, GateQuestion(draft, release, wanted[name])) for name in order}


def pass_gates(
    chosen: Mapping[str, Mapping[str, Any]], *, draft: Draft, release: Release | None = None
) -> dict[str, dict[str, Any]]:
    """The facts of every gate that was asked. Raises `Conflict` with all refusals, by gate, in `gates`."""
    answers = ask_gates(chosen, draft=draft, release=release)
    refusals = {name: answer.refusal for name, answer in answers.items() if answer.refusal}
    if refusals:
        raise Conflict(" ".join(f"{gate_title(name)}: {words}" for name, words in refusals.items()), gates=refusals)
    return {name: dict(answer.facts) for name, answer in answers.items()}


def gate_warnings(chosen: Mapping[str, Mapping[str, Any]], *, draft: Draft, release: Release | None) -> list[str]:
    """What signers and submitters should know: warnings of the gates, and what would be refused now."""
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
