from kernel.stage import StageConfig


class RegistersConfig(StageConfig):
    name = "stages.registers"

    def ready(self) -> None:
        from projects.permissions import register_permissions
        from stages.registers.events import register as register_events
        from stages.registers.permissions import PERMISSIONS

        register_events()
        register_permissions(*PERMISSIONS)
        self._register_proof()
        self._register_operation()
        self._register_texts()
        self._register_proposals()
        self._register_files()
        self._register_demo()
        self._register_addresses()
        self._register_pages()
        self._register_live()

    def _register_proof(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from audit.verification import RECORD_CHECKS
        from drafts.exchange.registry import EXPORT_CHECKS, EXPORTED_TABLES
        from kernel.late import Late
        from publishing.bundle.parts import BUNDLE_PARTS, BundlePart
        from publishing.gates import GATES
        from stages.registers import bundle_verifier, gates, project_file, unrecorded
        from stages.registers.rebuilding import TABLES

        rebuild(*TABLES)
        for name, reason in unrecorded.TABLES.items():
            TABLES_WITHOUT_RECORD.register(name, reason)
        RECORD_CHECKS.register("records of registers", Late("stages.registers.verification:check_records"))
        for name, exported in project_file.EXPORTED.items():
            EXPORTED_TABLES.register(name, exported)
        EXPORT_CHECKS.register("registers", project_file.CHECK)
        GATES.register(gates.NAME, gates.GATE)
        files = Late("stages.registers.bundle:files_of_registers")
        BUNDLE_PARTS.register("registers", BundlePart(bundle_verifier, files))

    def _register_operation(self) -> None:
        from accounts.deactivation import DEACTIVATION_STEPS
        from kernel.doctor import EXAMINATIONS
        from kernel.late import Late
        from kernel.metrics import register_figures
        from kernel.ring import ROTATIONS
        from stages.registers import metrics
        from stages.registers.keys.signing import rotate_secrets

        # Behind the projects' step, which may give a project to somebody else.
        DEACTIVATION_STEPS.register("registers", Late("stages.registers.services.closing:revoke_of_closed"))
        ROTATIONS.register("registers", rotate_secrets)
        EXAMINATIONS.register("Registers", Late("stages.registers.doctor:examine"))
        register_figures(*metrics.FIGURES)

    def _register_texts(self) -> None:
        from gateway.registry import register_commands
        from gateway.streams import TOPIC_TYPES
        from realtime.frames import register_notifications
        from stages.registers.texts import live
        from stages.registers.texts.commands import COMMANDS
        from stages.registers.texts.words import text_words
        from workspace.script_texts import SCRIPT_TEXTS

        register_commands(*COMMANDS)
        TOPIC_TYPES.register("register_texts.*", live.TOPIC)
        register_notifications(live.NOTIFICATIONS)
        SCRIPT_TEXTS.register("registers.text", text_words)

    def _register_proposals(self) -> None:
        from proposals import kinds
        from stages.registers.proposing.kind import RECORD

        kinds.register(RECORD)

    def _register_files(self) -> None:
        from drafts.attachments.subjects import SUBJECTS
        from stages.registers.attachments import RECORD

        SUBJECTS.register("record", RECORD)

    def _register_demo(self) -> None:
        from projects.demo import DEMO_STEPS, LateStep

        DEMO_STEPS.register("registers", LateStep("stages.registers.demo:KeepRequirements"))

    def _register_addresses(self) -> None:
        from gateway.registry import SOCKET_ADDRESSES, register_commands
        from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
        from stages.registers.commands import COMMANDS
        from stages.registers.rpc.socket import SOCKET

        register_commands(*COMMANDS)
        SOCKET_ADDRESSES.register("registers", SOCKET)
        API_URLS.register("registers", UrlModule("stages.registers.urls"))
        PAGE_URLS.register("registers-rpc", UrlModule("stages.registers.rpc.urls", prefix="api/rpc/", is_api=True))

    def _register_pages(self) -> None:
        from kernel.addresses import PAGE_URLS, UrlModule
        from stages.registers.pages import plugs

        PAGE_URLS.register("registers", UrlModule("stages.registers.pages.urls"))
        plugs.register()

    def _register_live(self) -> None:
        from gateway.registry import register_commands
        from realtime.frames import register_ephemerals
        from stages.registers import cell_presence

        register_commands(*cell_presence.COMMANDS)
        register_ephemerals(cell_presence.EPHEMERALS)
