from kernel.stage import StageConfig


class SampleStageConfig(StageConfig):
    name = "tests.sample_stage"
    label = "sample_stage"

    def ready(self) -> None:
        from audit.controls import CONTROLS
        from audit.rebuilding.tables import rebuild
        from drafts.exchange.registry import EXPORTED_TABLES
        from drafts.new_versions import when_written
        from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
        from kernel.doctor import EXAMINATIONS
        from kernel.metrics import register_figures
        from kernel.site_permissions import register_site_permissions
        from projects.demo import DEMO_STEPS
        from projects.permissions import register_permissions
        from publishing.bundle.parts import BUNDLE_PARTS
        from publishing.gates import GATES
        from tests.sample_stage import pages
        from tests.sample_stage.bundle import BUNDLE_PART
        from tests.sample_stage.controls import CONTROL
        from tests.sample_stage.demo import AddNote
        from tests.sample_stage.doctor import examine
        from tests.sample_stage.events import register as register_events
        from tests.sample_stage.exchange import EXPORTED_NOTES
        from tests.sample_stage.gates import NOTES_GATE
        from tests.sample_stage.metrics import FIGURES
        from tests.sample_stage.permissions import PERMISSIONS, SITE_PERMISSIONS
        from tests.sample_stage.rebuilding import TABLES
        from tests.sample_stage.versions import note_version

        register_events()
        rebuild(*TABLES)
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        API_URLS.register("sample_stage", UrlModule("tests.sample_stage.api_urls"))
        PAGE_URLS.register("sample_stage", UrlModule("tests.sample_stage.urls"))
        pages.register()
        DEMO_STEPS.register("sample_stage", AddNote())
        EXAMINATIONS.register("Sample stage", examine)
        register_figures(*FIGURES)
        EXPORTED_TABLES.register("note", EXPORTED_NOTES)
        BUNDLE_PARTS.register("sample_stage", BUNDLE_PART)
        CONTROLS.register(CONTROL.number, CONTROL)
        GATES.register("notes", NOTES_GATE)
        when_written("sample_stage", note_version)
        self._register_what_is_live()

    def _register_what_is_live(self) -> None:
        from gateway.registry import SOCKET_ADDRESSES, register_commands
        from gateway.streams import TOPIC_TYPES
        from locking.leases import LEASE_END_STEPS
        from realtime.frames import register_ephemerals, register_notifications
        from tests.sample_stage import live
        from tests.sample_stage.commands import COMMANDS
        from tests.sample_stage.services import note_the_end
        from tests.sample_stage.socket import SOCKET

        register_commands(*COMMANDS)
        SOCKET_ADDRESSES.register("notes", SOCKET)
        for name, topic_type in live.TOPICS.items():
            TOPIC_TYPES.register(name, topic_type)
        register_notifications(live.NOTIFICATIONS)
        register_ephemerals(live.EPHEMERALS)
        LEASE_END_STEPS.register("notes", note_the_end)
