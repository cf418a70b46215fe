"""A stage: a capability that a deployment may leave out, as one Django app."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig


class StageConfig(AppConfig):
    """The configuration of a stage's app. Its tables, functions and triggers are named `<label>_…`.

    `requires` names the labels of the stages that it builds on; without one of them the site does not start.
    """

    default_auto_field = "django.db.models.BigAutoField"
    requires: ClassVar[tuple[str, ...]] = ()
    # Django looks for the one configuration in a stage's `apps.py`, where this class is imported too.
    default = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.default = True
