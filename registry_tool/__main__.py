"""`python -m registry_tool` is the `registry` command."""

from registry_tool.cli import main

main()
