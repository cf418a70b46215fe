"""The routes and socket events of OpenProd's engine, as its core design writes them, below ``/api/rpc/{project_id}/``.

While a person has an active overlay, what they write is staged in it, and what they read shows it.
"""
