"""registry-tool: a git-backed registry of model deployments."""

__version__ = "0.1.0"
