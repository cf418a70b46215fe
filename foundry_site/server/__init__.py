"""What serves the site: Daphne with our limits for sockets and bodies, requests in threads, the path below a host."""
