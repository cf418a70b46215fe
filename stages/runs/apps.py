from django.conf import settings

from kernel.stage import StageConfig


class RunsConfig(StageConfig):
    name = "stages.runs"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from audit.verification import RECORD_CHECKS
        from blobs.rebuilding import CONTENTS_OF_ROWS
        from drafts.exchange.registry import EXPORTED_TABLES
        from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
        from kernel.doctor import EXAMINATIONS
        from kernel.metrics import register_figures
        from kernel.ring import ROTATIONS
        from kernel.runner import RUNNER_QUEUES, RunnerQueue
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from rest.schema import register_enum_names
        from stages.runs import verification
        from stages.runs.doctor import examine
        from stages.runs.environment import RUN_SLOTS
        from stages.runs.events import register as register_events
        from stages.runs.exchange import EXPORTED
        from stages.runs.jobs import QUEUE
        from stages.runs.metrics import FIGURES
        from stages.runs.pages import plugs
        from stages.runs.permissions import PERMISSIONS, SITE_PERMISSIONS
        from stages.runs.rebuilding import TABLES
        from stages.runs.secrets import NO_RECORD, check_secrets, rotate_secrets

        register_events()
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        rebuild(*TABLES)
        TABLES_WITHOUT_RECORD.register("runs_secret", NO_RECORD)
        TABLES_WITHOUT_RECORD.register("runs_call", verification.BY_HASH)
        TABLES_WITHOUT_RECORD.register("runs_runlog", verification.BY_HASH)
        RECORD_CHECKS.register("keys of models and repositories", check_secrets)
        RECORD_CHECKS.register("records of runs", verification.check_records)
        RECORD_CHECKS.register("meters of runs", verification.check_meters)
        CONTENTS_OF_ROWS.register("calls of runs", verification.contents_of_calls)
        ROTATIONS.register("runs", rotate_secrets)
        EXAMINATIONS.register("Runs", examine)
        register_figures(*FIGURES)
        RUNNER_QUEUES.register(QUEUE, RunnerQueue(slots=lambda: int(getattr(settings, RUN_SLOTS))))
        for name, table in EXPORTED.items():
            EXPORTED_TABLES.register(name, table)
        self._register_live()
        self._register_repositories()
        self._register_gate()
        self._register_demo()
        API_URLS.register("runs", UrlModule("stages.runs.urls"))
        PAGE_URLS.register("run_tasks", UrlModule("stages.runs.task_urls", prefix="tasks/", is_api=True))
        PAGE_URLS.register("runs", UrlModule("stages.runs.pages.urls"))
        plugs.register()
        register_enum_names(
            ExperimentKind="stages.runs.models.ExperimentKind",
            ExperimentState="stages.runs.models.ExperimentState",
            MessageRole="stages.runs.choices.MessageRole",
            RunStatus="stages.runs.models.RunStatus",
        )

    def _register_gate(self) -> None:
        from publishing.bundle.parts import BUNDLE_PARTS
        from publishing.gates import GATES
        from stages.runs.bundle import BUNDLE_PART
        from stages.runs.gate import EVALUATION_GATE, NAME

        BUNDLE_PARTS.register("runs", BUNDLE_PART)
        GATES.register(NAME, EVALUATION_GATE)

    def _register_repositories(self) -> None:
        from audit.rebuilding.tables import rebuild
        from kernel.addresses import API_URLS, UrlModule
        from rest.schema import register_enum_names
        from stages.runs import pull_request_events, repository_events
        from stages.runs.repository_rebuilding import TABLES

        repository_events.register()
        pull_request_events.register()
        rebuild(*TABLES)
        API_URLS.register("repositories", UrlModule("stages.runs.repository_urls"))
        register_enum_names(PullRequestStatus="stages.runs.models.PullRequestStatus")

    def _register_demo(self) -> None:
        from projects.demo import DEMO_STEPS
        from stages.runs.demo import ChangePrompt, MeasureVersions

        DEMO_STEPS.register("runs", ChangePrompt())
        DEMO_STEPS.register("runs_measured", MeasureVersions())

    def _register_live(self) -> None:
        from gateway.registry import register_commands
        from gateway.streams import TOPIC_TYPES
        from realtime.frames import register_notifications
        from stages.runs import console
        from stages.runs.commands import COMMANDS

        register_commands(*COMMANDS)
        for name, topic_type in console.TOPICS.items():
            TOPIC_TYPES.register(name, topic_type)
        register_notifications(console.NOTIFICATIONS)
