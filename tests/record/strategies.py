"""Where the documents come from that these tests check: the valid files, and what mutation makes of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from hypothesis import strategies as st

from registry_tool.record.identity import Document, Json
from registry_tool.record.yamldoc import parse

VALID_FILES = sorted(Path(__file__).with_name("valid").glob("*.yaml"))
INVALID_FILES = sorted(Path(__file__).with_name("invalid").glob("*.yaml"))


def read_document(file: Path) -> Document:
    """The document in one of the valid files, a new one on each call."""
    document = parse(file.read_bytes()).document
    assert document is not None
    return document


# What validators are known to judge differently: line ends before `$`, letters and digits beyond ASCII, numbers that
# are whole or of another size in one language only, lengths in another unit.
_AWKWARD = st.sampled_from(
    [
        "",
        "\n",
        "x\n",
        "\r",
        "x\u2028",
        "\x85",
        "\x00",
        "\N{ARABIC-INDIC DIGIT ONE}" * 16,
        "\N{KELVIN SIGN}",
        "\N{LATIN SMALL LETTER LONG S}",
        "\N{ROCKET}" * 511,
        "\N{ROCKET}" * 512,
        "\N{ROCKET}" * 513,
        "e\N{COMBINING ACUTE ACCENT}" * 256,
        "x" * 2049,
        "ec3f1a0072d1b3d4",
        "ec3f1a0072d1b3d4\n",
        "us-east-1\n",
        "2026-01-31T09:30:00Z\n",
        "transformers-vllm\n",
        "marketplace",
        "marketplace\n",
        "a/config.pbtxt",
        "a/config.pbtxt\n",
        "/config.pbtxt",
        "hyperpod-eks",
        "realtime-inference",
        None,
        True,
        False,
        0,
        -0.0,
        1,
        1.0,
        -1,
        0.1,
        100.0,
        100.00000000000001,
        1e9,
        1e300,
        10**9,
        10**9 + 1,
        2**63,
        2**64,
        10**400,
        -(10**400),
    ]
)
_ALTERATIONS: list[Callable[[str], str]] = [
    lambda text: text + "\n",
    lambda text: text + "\x00",
    lambda text: text + "x" * 300,
    lambda text: text.upper(),
    lambda text: text.translate({ord("0") + digit: 0x660 + digit for digit in range(10)}),  # digits in Arabic script
    lambda text: text.replace("s", "\N{LATIN SMALL LETTER LONG S}"),
]
JSON = st.recursive(
    _AWKWARD
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.integers()
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@st.composite
def mutated(draw: st.DrawFn, documents: Sequence[Document]) -> Document:
    """One of `documents` after a few fields, anywhere in it, have been replaced, altered, added or removed."""
    document = _copied(draw(st.sampled_from(documents)))
    assert isinstance(document, dict)
    for _ in range(draw(st.integers(1, 3))):
        _mutate(draw, document)
    return document


def _mutate(draw: st.DrawFn, document: Document) -> None:
    nodes = list(_containers(document))
    node = nodes[draw(st.integers(0, len(nodes) - 1))]
    if isinstance(node, list):
        replaces = draw(st.booleans())
        if node and replaces:
            node[draw(st.integers(0, len(node) - 1))] = draw(JSON)
        else:
            node.append(draw(JSON))
        return
    known = sorted({name for other in nodes if isinstance(other, dict) for name in other})
    name = draw(st.sampled_from([*known, "Status", "x\n", "config.pbtxt", "config.pbtxt\n", "\x00"]))
    match draw(st.integers(0, 3)):
        case 0:
            node.pop(name, None)
        case 1 if isinstance(text := node.get(name), str):
            node[name] = draw(st.sampled_from(_ALTERATIONS))(text)
        case _:
            node[name] = draw(JSON)


def _containers(node: Json) -> list[dict[str, Json] | list[Json]]:
    if not isinstance(node, dict | list):
        return []
    children = node.values() if isinstance(node, dict) else node
    return [node, *(inner for child in children for inner in _containers(child))]


def _copied(node: Json) -> Json:
    if isinstance(node, dict):
        return {name: _copied(child) for name, child in node.items()}
    return [_copied(child) for child in node] if isinstance(node, list) else node
