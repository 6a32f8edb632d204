"""The remotes that sharing is tested with serve here as well."""

from tests.sharing.conftest import clone, daemon, remote

__all__ = ["clone", "daemon", "remote"]
