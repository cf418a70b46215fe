from kernel.stage import StageConfig


class PadsConfig(StageConfig):
    name = "stages.pads"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from kernel.addresses import API_URLS, UrlModule
        from projects.permissions import register_permissions
        from stages.pads.events import register as register_events
        from stages.pads.permissions import PERMISSIONS
        from stages.pads.rebuilding import BY_HASH, CACHE, TABLES

        register_events()
        register_permissions(*PERMISSIONS)
        rebuild(*TABLES)
        TABLES_WITHOUT_RECORD.register("pads_writer", BY_HASH)
        TABLES_WITHOUT_RECORD.register("pads_revision", BY_HASH)
        TABLES_WITHOUT_RECORD.register("pads_snapshot", CACHE)
        API_URLS.register("pads", UrlModule("stages.pads.urls"))
