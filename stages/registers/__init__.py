"""Requirements, risks and tests of a project: typed records that several sites edit, and that keep their history."""
