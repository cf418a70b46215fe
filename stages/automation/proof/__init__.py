"""What of automation is proved beside the tables that events rebuild: executions, and the modules of projects."""
