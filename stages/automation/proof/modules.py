"""The modules that projects have adopted against the packages of this site."""

from __future__ import annotations

from collections.abc import Iterator

from audit.findings import Finding
from stages.automation.facets import MODULE
from stages.automation.models import Package
from stages.registers.models import Row


def check_adopted() -> Iterator[Finding]:
    """Check that each adopted version has the hash that the package of this name and version has here.

    A version whose package is not here was adopted at another site; two of a name and version that differ are a package
    that somebody made anew.
    """
    packages = {(name, version): sha256 for name, version, sha256 in Package.objects.values_list(*_COLUMNS)}
    rows = Row.objects.filter(facet=MODULE).order_by("project_id", "record").values_list("project_id", "shown")
    for project_id, shown in rows.iterator(chunk_size=500):
        named = (str(shown.get("name")), str(shown.get("version")))
        if named in packages and packages[named] != shown.get("sha256"):
            words = "the project adopted it with another hash than the package of this site has"
            yield Finding(f"module {named[0]} {named[1]}", words, str(project_id))


_COLUMNS = ("name", "version", "sha256")
