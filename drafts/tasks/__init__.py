"""The checklist of a project: what is to be done, by whom, and who ticked it when."""
