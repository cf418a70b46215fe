from kernel.stage import StageConfig


class PadsConfig(StageConfig):
    name = "stages.pads"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from audit.verification import RECORD_CHECKS
        from drafts.exchange.registry import EXPORT_CHECKS, EXPORTED_TABLES
        from drafts.new_versions import when_written
        from drafts.origins import ORIGINS
        from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
        from kernel.doctor import EXAMINATIONS
        from kernel.late import Late
        from projects.demo import DEMO_STEPS, LateStep
        from projects.permissions import register_permissions
        from rest.schema import register_enum_names
        from stages.pads import metrics, promoted  # noqa: F401 (figures are there once their module is loaded)
        from stages.pads.choices import DEMO_VERSION
        from stages.pads.events import register as register_events
        from stages.pads.exchange import CHECK, EXPORTED
        from stages.pads.pages import plugs
        from stages.pads.permissions import PERMISSIONS
        from stages.pads.rebuilding import BY_HASH, CACHE, TABLES

        register_events()
        register_permissions(*PERMISSIONS)
        rebuild(*TABLES)
        TABLES_WITHOUT_RECORD.register("pads_writer", BY_HASH)
        TABLES_WITHOUT_RECORD.register("pads_revision", BY_HASH)
        TABLES_WITHOUT_RECORD.register("pads_snapshot", CACHE)
        TABLES_WITHOUT_RECORD.register("pads_endedburst", CACHE)
        RECORD_CHECKS.register("records of pads", Late("stages.pads.verification:check_records"))
        for name, table in EXPORTED.items():
            EXPORTED_TABLES.register(name, table)
        EXPORT_CHECKS.register("pads", CHECK)
        EXAMINATIONS.register("Pads", Late("stages.pads.doctor:examine"))
        ORIGINS.register(promoted.ORIGIN, promoted.PAD)
        when_written("pads", promoted.follow)
        self._register_live()
        self._register_bundle()
        DEMO_STEPS.register("pads", LateStep("stages.pads.demo:PromoteContacts", instead_of=DEMO_VERSION))
        API_URLS.register("pads", UrlModule("stages.pads.urls"))
        PAGE_URLS.register("pads", UrlModule("stages.pads.pages.urls"))
        plugs.register()
        register_enum_names(PadStart="stages.pads.choices.Start")

    def _register_live(self) -> None:
        from gateway.registry import register_commands
        from gateway.streams import TOPIC_TYPES
        from realtime.frames import register_notifications
        from stages.pads import live
        from stages.pads.commands import COMMANDS

        register_commands(*COMMANDS)
        TOPIC_TYPES.register("pad.*", live.TOPIC)
        register_notifications(live.NOTIFICATIONS)

    def _register_bundle(self) -> None:
        from kernel.late import Late
        from publishing.bundle.parts import BUNDLE_PARTS, BundlePart
        from stages.pads import bundle_verifier

        BUNDLE_PARTS.register("pads", BundlePart(bundle_verifier, Late("stages.pads.bundle:files_of_pads")))
