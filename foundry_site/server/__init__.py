"""The server: Daphne with limits for sockets and bodies, requests in threads, the site's path below its host."""
