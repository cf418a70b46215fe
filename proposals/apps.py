from django.apps import AppConfig


class ProposalsConfig(AppConfig):
    name = "proposals"

    def ready(self) -> None:
        from audit.rebuilding.tables import TABLES_WITHOUT_RECORD, rebuild
        from audit.verification import RECORD_CHECKS
        from drafts.attachments.subjects import SUBJECTS
        from drafts.comments.places import register_rounds
        from drafts.exchange.registry import EXPORTED_TABLES
        from drafts.origins import ORIGINS
        from kernel.addresses import API_URLS, UrlModule
        from projects.permissions import register_permissions
        from proposals import kinds, origin
        from proposals.attachments import PROPOSAL
        from proposals.bundle import BUNDLE_PART
        from proposals.events import register as register_events
        from proposals.exchange import EXPORTED
        from proposals.fields import FIELD
        from proposals.permissions import PERMISSIONS
        from proposals.rebuilding import TABLES
        from proposals.services.commenting import ROUND_THREADS
        from proposals.verification import check_acceptances
        from publishing.bundle.parts import BUNDLE_PARTS

        kinds.register(FIELD)
        ORIGINS.register("proposal", origin.PROPOSAL)
        SUBJECTS.register("proposal", PROPOSAL)
        register_rounds(ROUND_THREADS)
        API_URLS.register("proposals", UrlModule("proposals.urls"))
        register_permissions(*PERMISSIONS)
        register_events()
        rebuild(*TABLES)
        TABLES_WITHOUT_RECORD.register(
            "proposals_change", "what an author stages, private to them; what they submit is in the rounds"
        )
        RECORD_CHECKS.register("acceptances", check_acceptances)
        BUNDLE_PARTS.register("proposals", BUNDLE_PART)
        for name, table in EXPORTED.items():
            EXPORTED_TABLES.register(name, table)
