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
        self._register_texts()
        for table, reason in unrecorded.TABLES.items():
            TABLES_WITHOUT_RECORD.register(table, reason)

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
