"""Texts of records in which several people write at once, live within a site.

Each pause of typing is a bundle with one delta, signed by its author; the others get it in a frame of the topic
`register_texts.<project>`. Who missed frames asks for what their document lacks.
"""
