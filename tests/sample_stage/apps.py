from kernel.stage import StageConfig


class SampleStageConfig(StageConfig):
    name = "tests.sample_stage"
    label = "sample_stage"

    def ready(self) -> None:
        from audit.controls import CONTROLS
        from audit.rebuilding.tables import rebuild
        from drafts.exchange.registry import EXPORT_CHECKS, EXPORTED_TABLES
        from kernel.addresses import API_URLS, PAGE_URLS, UrlModule
        from kernel.doctor import EXAMINATIONS
        from kernel.metrics import register_figures
        from kernel.site_permissions import register_site_permissions
        from projects.demo import DEMO_STEPS
        from projects.homes import HOME_NAMES
        from projects.permissions import register_permissions
        from publishing.bundle.parts import BUNDLE_PARTS
        from publishing.gates import GATES
        from tests.sample_stage import pages, registers, sites
        from tests.sample_stage.bundle import BUNDLE_PART
        from tests.sample_stage.controls import CONTROL
        from tests.sample_stage.demo import AddNote
        from tests.sample_stage.doctor import examine
        from tests.sample_stage.events import register as register_events
        from tests.sample_stage.exchange import EXPORTED_NOTES, NOTES_CHECK
        from tests.sample_stage.gates import NOTES_GATE
        from tests.sample_stage.homes import name_of_home
        from tests.sample_stage.metrics import FIGURES
        from tests.sample_stage.permissions import PERMISSIONS, SITE_PERMISSIONS
        from tests.sample_stage.rebuilding import TABLES
        from tests.sample_stage.via import register as register_via

        register_events()
        register_via()
        rebuild(*TABLES)
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        HOME_NAMES.register("sample_stage", name_of_home)
        API_URLS.register("sample_stage", UrlModule("tests.sample_stage.api_urls"))
        PAGE_URLS.register("sample_stage", UrlModule("tests.sample_stage.urls"))
        pages.register()
        registers.register()
        sites.register()
        DEMO_STEPS.register("sample_stage", AddNote())
        EXAMINATIONS.register("Sample stage", examine)
        register_figures(*FIGURES)
        EXPORTED_TABLES.register("note", EXPORTED_NOTES)
        EXPORT_CHECKS.register("notes", NOTES_CHECK)
        BUNDLE_PARTS.register("sample_stage", BUNDLE_PART)
        CONTROLS.register(CONTROL.number, CONTROL)
        GATES.register("notes", NOTES_GATE)
        self._register_live()
        self._register_steps()
        self._register_secrets()

    def _register_live(self) -> None:
        from gateway.registry import SOCKET_ADDRESSES, register_commands
        from gateway.streams import TOPIC_TYPES
        from realtime.frames import register_ephemerals, register_notifications
        from tests.sample_stage import live
        from tests.sample_stage.commands import COMMANDS
        from tests.sample_stage.socket import SOCKET

        register_commands(*COMMANDS)
        SOCKET_ADDRESSES.register("notes", SOCKET)
        for name, topic_type in live.TOPICS.items():
            TOPIC_TYPES.register(name, topic_type)
        register_notifications(live.NOTIFICATIONS)
        register_ephemerals(live.EPHEMERALS)

    def _register_steps(self) -> None:
        from accounts.deactivation import DEACTIVATION_STEPS
        from audit.checkpoints.services import CHECKPOINT_STEPS
        from drafts.attachments.services.attaching import ADDITION_CHECKS
        from drafts.attachments.services.removing import REMOVAL_CHECKS
        from drafts.attachments.subjects import SUBJECTS
        from drafts.new_versions import when_written
        from drafts.origins import ORIGINS
        from locking.leases import LEASE_END_STEPS
        from projects.status import CLOSING_STEPS
        from proposals import kinds
        from proposals.endings import when_ended
        from tests.sample_stage.attachments import NOTE, keep_files_of_notes, refuse_for_closed_notes
        from tests.sample_stage.closing import note_the_closing, note_the_departure
        from tests.sample_stage.jobs import queue_reminders
        from tests.sample_stage.origins import NOTE as NOTE_ORIGIN
        from tests.sample_stage.proposals import HEADING, note_the_outcome
        from tests.sample_stage.services import note_the_end
        from tests.sample_stage.versions import note_version

        when_written("sample_stage", note_version)
        ORIGINS.register("note", NOTE_ORIGIN)
        kinds.register(HEADING)
        SUBJECTS.register("note", NOTE)
        ADDITION_CHECKS.register("notes", refuse_for_closed_notes)
        REMOVAL_CHECKS.register("notes", keep_files_of_notes)
        when_ended("sample_stage", note_the_outcome)
        LEASE_END_STEPS.register("notes", note_the_end)
        CLOSING_STEPS.register("notes", note_the_closing)
        DEACTIVATION_STEPS.register("notes", note_the_departure)
        CHECKPOINT_STEPS.register("notes", queue_reminders)

    def _register_secrets(self) -> None:
        from blobs.rebuilding import CONTENTS_OF_ROWS
        from kernel.runner import RUNNER_QUEUES, RunnerQueue
        from tests.sample_stage.jobs import RUNNER_QUEUE
        from tests.sample_stage.verification import contents_of_notes

        CONTENTS_OF_ROWS.register("notes", contents_of_notes)
        RUNNER_QUEUES.register(RUNNER_QUEUE, RunnerQueue(slots=lambda: 2))
        self._register_rotation()

    def _register_rotation(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD
        from audit.verification import RECORD_CHECKS
        from kernel.ring import ROTATIONS
        from tests.sample_stage.secrets import NO_RECORD, check_secrets, rotate_secrets

        TABLES_WITHOUT_RECORD.register("sample_stage_notesecret", NO_RECORD)
        RECORD_CHECKS.register("secrets of notes", check_secrets)
        ROTATIONS.register("notes", rotate_secrets)
