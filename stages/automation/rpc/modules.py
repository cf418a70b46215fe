"""`/modules/`."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponseBase
from rest_framework.request import Request

from stages.automation.api import module_serializers as shapes
from stages.automation.api.bodies import adopted_body, module_body
from stages.automation.permissions import ADOPT
from stages.automation.reading.modules import adopted_modules, installed_versions
from stages.automation.reading.packages import modules
from stages.automation.services.modules import adopt_module
from stages.automation.services.packages import install_module, package_facts
from stages.registers.permissions import READ
from stages.registers.rpc.base import RpcView, undocumented


@undocumented
class ListModulesView(RpcView):
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The modules at this site, and those that the project has adopted."""
        self.access()
        installed = installed_versions(self.user())
        return self.answer(
            {
                "modules": [module_body(each, installed) for each in modules()],
                "adopted": [adopted_body(each) for each in adopted_modules(project_id)],
            }
        )


@undocumented
class InstallModuleView(RpcView):
    write_action = READ

    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Use a module's views; nothing of the project changes."""
        self.access()
        data = self.body(shapes.RpcModule)
        installation = install_module(caller=self.caller(), name=data["name"], version=data.get("version", ""))
        return self.answer(package_facts(installation.package))


@undocumented
class AdoptModuleView(RpcView):
    write_action = ADOPT

    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Adopt a module: its tables, for everybody."""
        adopted = adopt_module(caller=self.caller(), project_id=project_id, **self.body(shapes.AdoptModule))
        return self.answer({member: getattr(adopted, member) for member in ("name", "version", "sha256")})
