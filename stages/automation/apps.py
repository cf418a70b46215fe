from typing import ClassVar

from django.conf import settings

from kernel.stage import StageConfig


class AutomationConfig(StageConfig):
    name = "stages.automation"
    requires: ClassVar[tuple[str, ...]] = ("registers",)

    def ready(self) -> None:
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from realtime.frames import register_ephemerals
        from stages.automation import facets, live
        from stages.automation.events import register as register_events
        from stages.automation.passages import plugs as passages
        from stages.automation.permissions import PERMISSIONS, SITE_PERMISSIONS

        facets.register()
        passages.register()
        register_events()
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        register_ephemerals(live.EPHEMERALS)
        self._register_rules()
        self._register_scripts()
        self._register_proof()
        self._register_addresses()
        self._register_pages()
        self._register_demo()
        self._register_traceability()

    def _register_traceability(self) -> None:
        from kernel.late import Late
        from publishing.bundle.parts import BUNDLE_PARTS, BundlePart
        from publishing.gates import GATES
        from stages.automation.traceability import bundle_verifier, gate

        GATES.register(gate.NAME, gate.GATE)
        files = Late("stages.automation.traceability.bundle:files_of_traceability")
        BUNDLE_PARTS.register(gate.NAME, BundlePart(bundle_verifier, files))

    def _register_demo(self) -> None:
        from projects.demo import DEMO_STEPS, LateStep

        # After the tables of the registers, which one of the modules joins.
        DEMO_STEPS.register("automation", LateStep("stages.automation.demo:AdoptModules", position=2))

    def _register_pages(self) -> None:
        from stages.automation.pages import execution_plugs, module_plugs, plugs, rule_plugs, script_plugs, view_plugs

        plugs.register()
        module_plugs.register()
        rule_plugs.register()
        script_plugs.register()
        view_plugs.register()
        execution_plugs.register()

    def _register_addresses(self) -> None:
        from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
        from rest.schema import register_enum_names

        register_enum_names(ExecutionState="stages.automation.choices.ExecutionState")
        API_URLS.register("automation", UrlModule("stages.automation.urls"))
        PAGE_URLS.register("automation", UrlModule("stages.automation.pages.urls"))
        PAGE_URLS.register("automation-rpc", UrlModule("stages.automation.rpc.urls", prefix="api/rpc/", is_api=True))

    def _register_rules(self) -> None:
        from kernel.late import Late
        from proposals.endings import when_ended
        from stages.automation import jobs
        from stages.registers import hooks
        from stages.registers.causes import CAUSES
        from stages.registers.proposing.sources import SOURCES

        consequences = "stages.automation.consequences"
        hooks.on_write(
            "automation.rules",
            Late(f"{consequences}.hook:add_consequences"),
            concerns=Late(f"{consequences}.hook:is_concerned"),
            ahead=Late("stages.automation.switched_on:switched_on_values"),
        )
        when_ended("automation.rules", jobs.after_proposal)
        SOURCES.register("rule", Late(f"{consequences}.switched:source_of_rule"))
        CAUSES.register("rule", Late("stages.automation.reading.causes:causes_of_rules"))
        CAUSES.register("script", Late("stages.automation.reading.causes:causes_of_scripts"))

    def _register_scripts(self) -> None:
        from drafts.new_versions import when_written
        from gateway.registry import register_commands
        from kernel.doctor import EXAMINATIONS
        from kernel.late import Late
        from kernel.metrics import register_figures
        from kernel.runner import RUNNER_QUEUES, RunnerQueue
        from stages.automation.commands import COMMANDS
        from stages.automation.environment import SLOTS
        from stages.automation.jobs import QUEUE
        from stages.automation.metrics import FIGURES
        from stages.registers import observers
        from stages.registers.proposing.sources import SOURCES
        from stages.registers.rpc.registry import RPC_EVENTS

        RUNNER_QUEUES.register(QUEUE, RunnerQueue(slots=lambda: int(getattr(settings, SLOTS))))
        register_commands(*COMMANDS)
        register_figures(*FIGURES)
        EXAMINATIONS.register("Scripts", Late("stages.automation.doctor:examine"))
        RPC_EVENTS.register("script.completed", Late("stages.automation.rpc.events:script_completed"))
        SOURCES.register("view", Late("stages.automation.foreign.views:source_of"))
        SOURCES.register("execution", Late("stages.automation.executing.scripts:source_of"))
        SOURCES.register("script", Late("stages.automation.executing.scripts:source_of_script"))
        noting = "stages.automation.changes.noting"
        ahead = Late("stages.automation.switched_on:switched_on_values")
        observers.when_written("automation.scripts", Late(f"{noting}:note_bundle"), ahead=ahead)
        when_written("automation.scripts", Late(f"{noting}:note_version"))

    def _register_proof(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from audit.verification import RECORD_CHECKS
        from blobs.rebuilding import CONTENTS_OF_ROWS
        from drafts.exchange.registry import EXPORTED_TABLES
        from kernel.late import Late
        from stages.automation import controls, unrecorded
        from stages.automation.exchange import EXPORTED
        from stages.automation.rebuilding import TABLES, contents_of_executions, contents_of_packages

        controls.register()
        rebuild(*TABLES)
        RECORD_CHECKS.register("records of automation", Late("stages.automation.verification:check_records"))
        for name, exported in EXPORTED.items():
            EXPORTED_TABLES.register(name, exported)
        CONTENTS_OF_ROWS.register("packages", contents_of_packages)
        CONTENTS_OF_ROWS.register("executions", contents_of_executions)

        for name, reason in unrecorded.TABLES.items():
            TABLES_WITHOUT_RECORD.register(name, reason)
