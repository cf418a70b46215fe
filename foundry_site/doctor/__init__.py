"""`manage.py doctor`: checks a deployment from one of its nodes, and says how to remedy what is wrong."""
