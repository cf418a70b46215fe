"""The commands of the folder ``script``: ``run``, ``test``, ``check``, ``cluster``, ``network``, ``bench``.

They start with the machine's Python, make the virtual environment, and continue inside it. The modules that run before
that import the standard library only: ``__main__``, ``console``, ``options``, ``virtual_environment``.
"""
