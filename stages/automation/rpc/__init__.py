"""The routes of the engine's core design that are about modules and scripts, below `/api/rpc/<project>/`."""
