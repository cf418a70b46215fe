"""What runs add to the pages of the trunk: the tab of a project, its models in the settings, those of the site."""

from __future__ import annotations

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from kernel.late import Late
from projects.permissions import AT_HOME
from stages.runs.limits import MAX_RUNS
from stages.runs.models import Run, RunStatus
from stages.runs.pages import palette
from stages.runs.pages.section_names import MODELS, REPOSITORIES
from stages.runs.pages.texts import experiment_texts
from workspace import shortcuts
from workspace.menu import MENU, MenuEntry
from workspace.palette.registry import GROUPS, SOURCES, PaletteGroup, PaletteSource
from workspace.panels import PANELS, Panel
from workspace.script_texts import SCRIPT_TEXTS
from workspace.sections import PROJECT_SECTIONS, Section
from workspace.tabs import TABS, ProjectTab, TabContext


def register() -> None:
    """Add everything here to its registry."""
    TABS.register(
        "runs",
        ProjectTab(
            label=_("Runs"),
            url_name="runs:list",
            position=17,
            statuses=AT_HOME,
            count=_running,
            icon="flask-conical",
            palette_words=_("experiments models ask answers evaluate compare"),
        ),
    )
    # Its page asks for its content when it is opened.
    PANELS.register(
        "try",
        Panel(
            label=_("Try"),
            position=33,
            template="runs/try/tab.html",
            permission="run.start",
            icon="flask-conical",
            palette_label=_("Try the unsaved text"),
            palette_words=_("ask models question run experiment"),
            script="dist/runs_panel.js",
        ),
    )
    SOURCES.register("runs", PaletteSource("actions", palette.actions, position=45))
    GROUPS.register("experiments", PaletteGroup(label=_("Experiments"), position=33, limit=5))
    SOURCES.register("experiments", PaletteSource("experiments", palette.experiments, position=10))
    shortcuts.GROUPS.register("runs", shortcuts.ShortcutGroup(_("Runs"), position=50))
    shortcuts.register_shortcuts(
        shortcuts.Shortcut("new-experiment", "Mod+Alt+e", _("New experiment"), "runs", position=10),
        *(
            shortcuts.Shortcut(
                f"choose-run-{n}", str(n), format_lazy(_("Choose run {n}"), n=n), "runs", position=20 + n
            )
            for n in range(1, MAX_RUNS + 1)
        ),
    )
    SCRIPT_TEXTS.register("runs", experiment_texts)
    PROJECT_SECTIONS.register(
        MODELS,
        Section(
            position=17,
            template="runs/models/section.html",
            values=Late("stages.runs.pages.profile_place:section_values"),
        ),
    )
    PROJECT_SECTIONS.register(
        REPOSITORIES,
        Section(
            position=18,
            template="runs/repositories/section.html",
            values=Late("stages.runs.pages.repository_views:section_values"),
        ),
    )
    MENU.register(
        "models",
        MenuEntry(
            label=_("Models of the site"),
            icon="bot",
            url_name="runs:site_models",
            position=60,
            permission="profile.manage",
            palette_words=_("providers keys prices openai anthropic google"),
        ),
    )


def _running(context: TabContext) -> int:
    """How many experiments have a model at work."""
    running = Run.objects.filter(project=context.access.project, status=RunStatus.RUNNING)
    return running.values("experiment").distinct().count()
