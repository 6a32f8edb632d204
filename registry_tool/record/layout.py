"""Where things are in a registry: the paths that are part of its format, relative to its root."""

from __future__ import annotations

REGISTRY_FOLDER = "registry-data"
MARKER = f"{REGISTRY_FOLDER}/registry.yaml"
"""The file that marks a registry and holds its settings."""
POLICY = f"{REGISTRY_FOLDER}/policy.schema.json"
"""The team's own rules for records, if it has any."""
RECORDS = f"{REGISTRY_FOLDER}/records"
README = "README.md"
"""What tells a visitor what this is. A registry gets one where there is none."""

_ID_LENGTH = 16
_HEX = frozenset("0123456789abcdef")


def record_path(config_id: str) -> str:
    """The path of a record's file: sharded, because git rewrites a whole folder's tree for each commit into it.

    >>> record_path("ec3f1a0072d1b3d4")
    'registry-data/records/ec/ec3f1a0072d1b3d4.yaml'
    """
    return f"{RECORDS}/{config_id[:2]}/{config_id}.yaml"


def is_record_path(path: str) -> bool:
    """Whether `path` is where a record's file belongs.

    >>> is_record_path("registry-data/records/ec/ec3f1a0072d1b3d4.yaml")
    True
    >>> is_record_path("registry-data/records/README.md")
    False
    """
    config_id = config_id_of(path)
    return is_config_id(config_id) and path == record_path(config_id)


def config_id_of(path: str) -> str:
    """The configId in the name of a record's file; `path` may have a folder of the repository in front.

    >>> config_id_of("registry-data/records/ec/ec3f1a0072d1b3d4.yaml")
    'ec3f1a0072d1b3d4'
    """
    return path.rpartition("/")[2].removesuffix(".yaml")


def is_config_id(text: str) -> bool:
    """Whether `text` is written as a configId is: 16 lower-case hex digits."""
    return len(text) == _ID_LENGTH and _HEX.issuperset(text)
