"""The pages of other sites: Sites of a project, and Join a project."""
