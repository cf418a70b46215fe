from kernel.stage import StageConfig


class RegistersConfig(StageConfig):
    name = "stages.registers"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD
        from kernel.ring import ROTATIONS
        from projects.permissions import register_permissions
        from stages.registers import unrecorded
        from stages.registers.events import register as register_events
        from stages.registers.keys.signing import rotate_secrets
        from stages.registers.permissions import PERMISSIONS

        register_events()
        ROTATIONS.register("registers", rotate_secrets)
        register_permissions(*PERMISSIONS)
        for table, reason in unrecorded.TABLES.items():
            TABLES_WITHOUT_RECORD.register(table, reason)
