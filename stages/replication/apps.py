from typing import ClassVar

from kernel.stage import StageConfig


class ReplicationConfig(StageConfig):
    name = "stages.replication"
    requires: ClassVar[tuple[str, ...]] = ("registers",)

    def ready(self) -> None:
        from kernel.site_permissions import register_site_permissions
        from projects.permissions import register_permissions
        from stages.replication import notices
        from stages.replication.admission import plugs as admission
        from stages.replication.discovery import plugs as discovery
        from stages.replication.held import plugs as held
        from stages.replication.home import plugs as home
        from stages.replication.ingest import plugs as ingest
        from stages.replication.link import plugs as link
        from stages.replication.operation import plugs as operation
        from stages.replication.pages import plugs as pages
        from stages.replication.permissions import PERMISSIONS, SITE_PERMISSIONS
        from stages.replication.proof import plugs as proof

        register_permissions(*PERMISSIONS)
        register_site_permissions(*SITE_PERMISSIONS)
        admission.register()
        discovery.register()
        held.register()
        home.register()
        ingest.register()
        notices.register()
        link.register()
        operation.register()
        pages.register()
        proof.register()
