"""Modules of the site and of projects, and suggestions, over REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.rest import SiteView
from kernel.errors import PayloadTooLarge
from projects.access import Access, get_project
from projects.rest import ProjectView
from rest.schema import operation
from stages.automation.api import module_serializers as shapes
from stages.automation.api.bodies import adopted_body, module_body, suggestions_body
from stages.automation.packages import MAX_ARCHIVE
from stages.automation.permissions import ADD_PACKAGE, ADOPT, INSTALL, LEAVE, READ
from stages.automation.reading.modules import adopted_modules, installed_versions
from stages.automation.reading.packages import find_module, modules
from stages.automation.reading.suggestions import suggestions
from stages.automation.services.modules import adopt_module, leave_module
from stages.automation.services.packages import add_package, install_module, package_facts, uninstall_module
from stages.automation.services.suggestions import answer_suggestion
from stages.registers.api.base import RegisterView
from stages.registers.api.base_serializers import WrittenInfo

ZIP = "application/zip"


class ZipParser(BaseParser):
    """An archive, as it is."""

    media_type = ZIP

    def parse(  # type: ignore[override] # DRF wants members; bytes have none
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Read the body. Raises `PayloadTooLarge` over 2 MiB."""
        data = stream.read(MAX_ARCHIVE + 1)
        if len(data) > MAX_ARCHIVE:
            raise PayloadTooLarge(_("A package has at most 2 MiB."), limit=MAX_ARCHIVE)
        return data


class ModulesView(SiteView):
    site_permission = ADD_PACKAGE
    parser_classes = (ZipParser,)

    @operation("modules_list", answer=shapes.ModuleList)
    def get(self, request: Request) -> HttpResponseBase:
        """The modules that can be installed and adopted at this site."""
        installed = installed_versions(self.user())
        return self.answer({"results": [module_body(each, installed) for each in modules()]})

    @operation("modules_add", takes={ZIP: OpenApiTypes.BINARY}, answer=shapes.ModuleInfo, status=201, repeatable=True)
    def post(self, request: Request) -> HttpResponseBase:
        """Add a version of a module, a zip archive. The same bytes once more answer 200. Administrators may."""
        self.check_access()
        data: Any = self.request.data
        added = add_package(caller=self.caller(), archive=data if isinstance(data, bytes) else b"")
        module = find_module(added.package.name, added.package.version)
        return self.answer(module_body(module, installed_versions(self.user())), 201 if added.is_new else 200)


class InstallView(SiteView):
    site_permission = INSTALL

    @operation("modules_install", takes=shapes.WhichVersion, answer=shapes.InstalledInfo, status=201)
    def post(self, request: Request, name: str) -> HttpResponseBase:
        """Use a module's views. It changes nothing for others."""
        version = self.body(shapes.WhichVersion).get("version", "")
        installation = install_module(caller=self.caller(), name=name, version=version)
        return self.answer(package_facts(installation.package), 201)


class UninstallView(SiteView):
    site_permission = INSTALL

    @operation("modules_uninstall", answer=None, status=204)
    def post(self, request: Request, name: str) -> HttpResponseBase:
        """Stop using a module's views."""
        uninstall_module(caller=self.caller(), name=name)
        return self.answer(None, 204)


class _ModulesOfProject(ProjectView):
    """Reads need `automation.read`."""

    def access(self) -> Access:
        action = READ if self.request.method in SAFE_METHODS else self.write_action
        return get_project(user=self.user(), project_id=self.project_id, action=action)


class ProjectModulesView(_ModulesOfProject):
    write_action = ADOPT

    @operation("modules_of_project", answer=shapes.AdoptedList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """The modules that the project has adopted."""
        self.access()
        return self.answer({"results": [adopted_body(each) for each in adopted_modules(project_id)]})

    @operation("modules_adopt", takes=shapes.AdoptModule, answer=shapes.InstalledInfo, status=201, repeatable=True)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Adopt a module, or another version of one: its tables, relations, rules and scripts, for everybody."""
        adopted = adopt_module(caller=self.caller(), project_id=project_id, **self.body(shapes.AdoptModule))
        facts = {member: getattr(adopted, member) for member in ("name", "version", "sha256")}
        return self.answer(facts, 201 if adopted.is_new else 200)


class LeaveView(_ModulesOfProject):
    write_action = LEAVE

    @operation("modules_leave", takes=shapes.LeaveReason, answer=None, status=204)
    def post(self, request: Request, project_id: UUID, name: str) -> HttpResponseBase:
        """Leave a module. Its tables are hidden, its records stay, and come back when it is adopted again."""
        reason = self.body(shapes.LeaveReason)["reason"]
        leave_module(caller=self.caller(), project_id=project_id, name=name, reason=reason)
        return self.answer(None, 204)


class SuggestionsView(RegisterView):
    @operation("modules_suggestions", answer=shapes.SuggestionList)
    def get(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Columns of modules that share a key, and of which nobody has said yet whether they are one."""
        self.access()
        return self.answer({"results": suggestions_body(suggestions(project_id))})

    @operation("modules_answer_suggestion", takes=shapes.AnsweredSuggestion, answer=WrittenInfo)
    def post(self, request: Request, project_id: UUID) -> HttpResponseBase:
        """Say whether two columns are one. Nothing is one by itself."""
        data = self.body(shapes.AnsweredSuggestion)
        one, other = (data["facet_a"], data["field_a"]), (data["facet_b"], data["field_b"])
        done = answer_suggestion(
            caller=self.caller(), project_id=project_id, one=one, other=other, is_same=data["same"]
        )
        return self.written(done)
