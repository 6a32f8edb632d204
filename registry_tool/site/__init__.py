"""What the web site of a registry holds: static files that open without a server, a network or a build step."""
