"""The queue of jobs in the administration, read-only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django.admin import ProcrastinateJobAdmin
from procrastinate.contrib.django.models import ProcrastinateJob

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin

    JobModelAdmin = ModelAdmin[ProcrastinateJob]
else:
    JobModelAdmin = ProcrastinateJobAdmin

admin.site.unregister(ProcrastinateJob)
# The heading above them, in place of the library's name.
apps.get_app_config("procrastinate").verbose_name = _("Background jobs")


@admin.register(ProcrastinateJob)
class JobAdmin(JobModelAdmin):
    """Without the library's actions, which would cancel a checkpoint or a mail without a proof and without an event."""

    actions = None
