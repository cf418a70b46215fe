"""The gate of a release: its version passed the suites that the policy names (`stages.runs.gate_check`)."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import ValidationFailed
from kernel.late import Late
from publishing.gates import Gate, GateForm
from stages.runs.suite_paths import suite_path

NAME: Final = "evaluation"
MAX_SUITES: Final = 20


class SuitesField(forms.CharField):
    """Paths of suites, one a line; as data a list."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        given = value if isinstance(value, list) else str(value or "").split("\n")
        try:
            paths = [suite_path(str(each), parameter="suites") for each in given if str(each).strip()]
        except ValidationFailed as error:
            raise ValidationError(error.errors["suites"]) from None
        if len(paths) > MAX_SUITES:
            raise ValidationError(_("At most {most} suites.").format(most=MAX_SUITES))
        return list(dict.fromkeys(paths))


class EvaluationForm(GateForm):
    """Which suites a release must have passed, and what happens where it has not."""

    suites = SuitesField(
        label=gettext_lazy("Suites"),
        help_text=gettext_lazy("Files such as evaluations/regression.yaml, one a line."),
        max_length=None,
    )
    enforcement = forms.ChoiceField(
        label=gettext_lazy("Where one was not passed"),
        choices=[("block", gettext_lazy("stop the release")), ("warn", gettext_lazy("warn"))],
        initial="block",
    )


EVALUATION_GATE: Final = Gate(
    title=gettext_lazy("Evaluation"),
    description=gettext_lazy(
        "The version was evaluated by these suites, and passed: every model of the suite answered anew, and no answer "
        "is missing. Results and outputs are in the bundle of the release."
    ),
    check=Late("stages.runs.gate_check:check_evaluations"),
    links=Late("stages.runs.gate_check:links_to_evaluations"),
    form=EvaluationForm,
)
