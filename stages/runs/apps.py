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
        from kernel.late import Late
        from kernel.metrics import register_figures
        from kernel.ring import ROTATIONS
        from kernel.runner import RUNNER_QUEUES, RunnerQueue
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from rest.schema import register_enum_names
        from stages.runs.environment import RUN_SLOTS
        from stages.runs.events import register as register_events
        from stages.runs.exchange import EXPORTED
        from stages.runs.jobs import QUEUE
        from stages.runs.metrics import FIGURES
        from stages.runs.pages import plugs
        from stages.runs.permissions import PERMISSIONS, SITE_PERMISSIONS
        from stages.runs.rebuilding import BY_HASH, NO_RECORD, TABLES

        register_events()
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        rebuild(*TABLES)
        TABLES_WITHOUT_RECORD.register("runs_secret", NO_RECORD)
        TABLES_WITHOUT_RECORD.register("runs_call", BY_HASH)
        TABLES_WITHOUT_RECORD.register("runs_runlog", BY_HASH)
        RECORD_CHECKS.register("keys of models and repositories", Late("stages.runs.secrets:check_secrets"))
        RECORD_CHECKS.register("records of runs", Late("stages.runs.verification:check_records"))
        RECORD_CHECKS.register("meters of runs", Late("stages.runs.verification:check_meters"))
        CONTENTS_OF_ROWS.register("calls of runs", Late("stages.runs.verification:contents_of_calls"))
        ROTATIONS.register("runs", Late("stages.runs.secrets:rotate_secrets"))
        EXAMINATIONS.register("Runs", Late("stages.runs.doctor:examine"))
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
        from kernel.late import Late
        from publishing.bundle.parts import BUNDLE_PARTS, BundlePart
        from publishing.gates import GATES
        from stages.runs import bundle_verifier
        from stages.runs.gate import EVALUATION_GATE, NAME

        BUNDLE_PARTS.register("runs", BundlePart(bundle_verifier, Late("stages.runs.bundle:files_of_runs")))
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
        from projects.demo import DEMO_STEPS, LateStep

        DEMO_STEPS.register("runs", LateStep("stages.runs.demo:ChangePrompt"))
        DEMO_STEPS.register("runs_measured", LateStep("stages.runs.demo:MeasureVersions", position=1))

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
