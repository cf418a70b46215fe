from django.apps import AppConfig


class PublishingConfig(AppConfig):
    name = "publishing"

    def ready(self) -> None:
        from audit.rebuilding.tables import rebuild
        from audit.verification import RECORD_CHECKS
        from drafts.attachments.services.attaching import ADDITION_CHECKS
        from drafts.attachments.services.removing import REMOVAL_CHECKS
        from drafts.exchange.registry import EXPORT_CHECKS, EXPORTED_TABLES, ExportCheck, ExportedTable
        from kernel.addresses import API_URLS, UrlModule
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from publishing.attachments import refuse_for_released, refuse_of_released
        from publishing.bundle.attachments import BUNDLE_PART
        from publishing.bundle.parts import BUNDLE_PARTS
        from publishing.events import register as register_events
        from publishing.exports import release_faults
        from publishing.models import Policy, Release, ReleaseNotes, Signature
        from publishing.permissions import PERMISSIONS, SITE_PERMISSIONS
        from publishing.rebuilding import TABLES
        from publishing.verification import check_releases, check_signatures

        API_URLS.register("publishing", UrlModule("publishing.urls"))
        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        register_events()
        rebuild(*TABLES)
        BUNDLE_PARTS.register("attachments", BUNDLE_PART)
        ADDITION_CHECKS.register("released", refuse_for_released)
        REMOVAL_CHECKS.register("released", refuse_of_released)
        RECORD_CHECKS.register("releases", check_releases)
        RECORD_CHECKS.register("signatures", check_signatures)
        EXPORTED_TABLES.register("policy", ExportedTable(Policy, added={"proposals": {}}))
        EXPORTED_TABLES.register("release", ExportedTable(Release))
        EXPORTED_TABLES.register("release_notes", ExportedTable(ReleaseNotes))
        EXPORTED_TABLES.register("signature", ExportedTable(Signature, project="release__project"))
        EXPORT_CHECKS.register("releases", ExportCheck(("release", "release_notes", "signature"), release_faults))
