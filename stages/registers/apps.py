from kernel.stage import StageConfig


class RegistersConfig(StageConfig):
    name = "stages.registers"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD
        from projects.permissions import register_permissions
        from stages.registers import unrecorded
        from stages.registers.events import register as register_events
        from stages.registers.permissions import PERMISSIONS

        register_events()
        register_permissions(*PERMISSIONS)
        for table, reason in unrecorded.TABLES.items():
            TABLES_WITHOUT_RECORD.register(table, reason)
