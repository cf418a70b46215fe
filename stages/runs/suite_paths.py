"""Where the suites of a project are."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from kernel.errors import ValidationFailed
from projects.fields import FILES, check_field_name, file_path
from stages.runs.evaluation.suite_nodes import SUITE

SUITES: Final = "evaluations/"
_ENDINGS: Final = (".yaml", ".yml")


def name_of_suite(path: str) -> str:
    """The name of a suite as people say it: the file without folder and ending."""
    return path.removeprefix(SUITES).rpartition(".")[0]


def suite_path(name: str, *, parameter: str = SUITE) -> str:
    """The path of a suite, which is a YAML file in `evaluations/`. Raises `ValidationFailed`."""
    path = name.strip().removeprefix(FILES)
    if not path.startswith(SUITES) or not path.endswith(_ENDINGS):
        words = _("A suite is a YAML file in {folder}, such as {folder}regression.yaml.").format(folder=SUITES)
        raise ValidationFailed({parameter: [words]})
    return file_path(check_field_name(FILES + path, parameter=parameter))
