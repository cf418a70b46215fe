"""The gate of releases: everything is linked, and every link was confirmed since its ends last changed."""

from __future__ import annotations

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from publishing.gates import Gate, GateForm

NAME: Final = "traceability"


class TraceabilityForm(GateForm):
    """Which gaps stop a release. Suspect links always do."""

    tests = forms.BooleanField(label=_("Each requirement is verified by a test case"), initial=True, required=False)
    passages = forms.BooleanField(
        label=_("Each requirement is implemented by a passage of the version"), initial=True, required=False
    )
    risks = forms.BooleanField(label=_("Each risk is mitigated by a requirement"), initial=True, required=False)


GATE: Final = Gate(
    title=_("Traceability"),
    description=_(
        "Requirements, risks and test cases are linked without gaps, and every link was confirmed after its ends last "
        "changed. The table of all links is in the bundle of the release."
    ),
    check=Late("stages.automation.traceability.checking:check"),
    links=Late("stages.automation.traceability.checking:links"),
    form=TraceabilityForm,
    position=40,
)
