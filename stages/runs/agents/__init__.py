"""Agents ask a model and make a result of its answer. They write nothing, and know neither keys nor the database."""
