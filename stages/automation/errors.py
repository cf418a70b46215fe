"""What is refused of modules, rules and scripts, beside what is refused everywhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


class ModuleIncompatible(DomainError):
    """A module needs another column than the one that is there; `table` and `column` name it."""

    code, status, title = "module_incompatible", 409, _("The module does not fit")
