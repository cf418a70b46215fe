from kernel.stage import StageConfig


class FleetConfig(StageConfig):
    name = "stages.fleet"

    def ready(self) -> None:
        from accounts.deactivation import DEACTIVATION_STEPS
        from kernel.addresses import API_URLS, UrlModule
        from kernel.site_permissions import register_site_permissions
        from projects.demo import DEMO_STEPS, LateStep
        from projects.permissions import register_permissions
        from rest.schema import register_enum_names
        from stages.fleet.events import register as register_events
        from stages.fleet.pages import plugs as pages
        from stages.fleet.permissions import PERMISSIONS, SITE_PERMISSIONS
        from stages.fleet.services.leaving import revoke_of_closed
        from stages.fleet.stations import plugs as stations

        register_events()
        DEACTIVATION_STEPS.register("fleet", revoke_of_closed)
        self._register_live()
        self._register_proof()
        stations.register()
        pages.register()
        DEMO_STEPS.register("fleet", LateStep("stages.fleet.demo:SendReleaseToStations"))
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        API_URLS.register("fleet", UrlModule("stages.fleet.urls"))
        register_enum_names(
            TeamRole="stages.fleet.choices.TeamRole",
            DirectiveStatus="stages.fleet.choices.DirectiveStatus",
            RequestKind="stages.fleet.choices.RequestKind",
            RequestState="stages.fleet.choices.RequestState",
            StationState="stages.fleet.choices.StationState",
            PlacementState="stages.fleet.choices.PlacementState",
        )

    def _register_live(self) -> None:
        from gateway.streams import TOPIC_TYPES
        from realtime.frames import register_notifications
        from stages.fleet import live

        for name, topic in live.TOPICS.items():
            TOPIC_TYPES.register(name, topic)
        register_notifications(live.NOTIFICATIONS)

    def _register_proof(self) -> None:
        from audit.rebuilding.tables import rebuild
        from audit.verification import RECORD_CHECKS
        from drafts.exchange.registry import EXPORTED_TABLES
        from kernel.late import Late
        from publishing.bundle.parts import BUNDLE_PARTS, BundlePart
        from stages.fleet import bundle_verifier
        from stages.fleet.exchange import EXPORTED
        from stages.fleet.rebuilding import TABLES

        rebuild(*TABLES)
        RECORD_CHECKS.register("editions", Late("stages.fleet.verification:check_editions"))
        RECORD_CHECKS.register("decisions on directives", Late("stages.fleet.verification:check_decisions"))
        for name, table in EXPORTED.items():
            EXPORTED_TABLES.register(name, table)
        BUNDLE_PARTS.register("fleet", BundlePart(bundle_verifier, Late("stages.fleet.bundle:files_of_directives")))
