"""Sharing a registry through a git remote: what is pushed and pulled, and what two sides make together."""
