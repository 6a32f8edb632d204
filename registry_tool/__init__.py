"""registry-tool: a git-backed registry of model deployments."""

__version__ = "0.2.0"
