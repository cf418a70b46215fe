from kernel.stage import StageConfig


class FleetConfig(StageConfig):
    name = "stages.fleet"

    def ready(self) -> None:
        from accounts.deactivation import DEACTIVATION_STEPS
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from stages.fleet.events import register as register_events
        from stages.fleet.permissions import PERMISSIONS, SITE_PERMISSIONS
        from stages.fleet.services.leaving import revoke_of_closed

        register_events()
        DEACTIVATION_STEPS.register("fleet", revoke_of_closed)
        self._register_live()
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)

    def _register_live(self) -> None:
        from gateway.streams import TOPIC_TYPES
        from realtime.frames import register_notifications
        from stages.fleet import live

        for name, topic in live.TOPICS.items():
            TOPIC_TYPES.register(name, topic)
        register_notifications(live.NOTIFICATIONS)
