"""The commands a person types: ``script/run``, ``script/test``, ``script/check``.

They begin under whatever Python the machine has, make the virtual environment, and go on inside it. What runs before
that imports the standard library only: ``__main__``, ``console``, ``options``, ``virtual_environment``.
"""
