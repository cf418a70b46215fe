from kernel.stage import StageConfig


class FleetConfig(StageConfig):
    name = "stages.fleet"

    def ready(self) -> None:
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from stages.fleet.events import register as register_events
        from stages.fleet.permissions import PERMISSIONS, SITE_PERMISSIONS

        register_events()
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
