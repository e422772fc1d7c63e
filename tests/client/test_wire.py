"""The client's own copy of the wire says what the server's says, and the client needs nothing of the server."""

import ast
import json
from pathlib import Path

from alongside_client import wire
from alongside_client.tree import digest, renumbered
from assist.channel import protocol, signed_rules
from tests.capture.sites import ROOT

CLIENT = ROOT / "clients" / "python" / "alongside_client"
VECTORS = sorted((ROOT / "tests" / "vectors" / "native").glob("*.json"))


def test_frames_and_codes_are_those_of_the_server() -> None:
    frame = wire.Frame(3, 5, 1 << 16 | 2, 7, 1234.5, b"payload")
    assert protocol.decode_frame(wire.encode_frame(frame)) == tuple(frame)
    assert {kind.name: kind.value for kind in wire.FrameKind} == {
        kind.name: kind.value for kind in protocol.FrameKind if kind.value < 32
    }
    for flag in wire.FrameFlag:
        assert protocol.FrameFlag[flag.name] == flag
    for code in wire.CloseCode:
        assert protocol.CLOSE_CODES[code.name.lower()] == code
    assert (wire.PROTOCOL_VERSION, wire.TAB_SHIFT) == (protocol.PROTOCOL_VERSION, protocol.TAB_SHIFT)
    assert wire.INJECTION == signed_rules.INJECTION


def test_digest_of_a_tree_is_the_one_that_the_browser_takes() -> None:
    for path in VECTORS:
        vector = json.loads(path.read_text())
        assert digest(vector["tree"]) == vector["digest"], path.stem
        assert renumbered(vector["tree"]) == vector["tree"]


def imported(path: Path) -> set[str]:
    """Names of the packages that a module imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return {name.split(".")[0] for name in plain | {str(n.module) for n in nodes if isinstance(n, ast.ImportFrom)}}


def test_client_imports_nothing_of_the_server() -> None:
    packages = set().union(*(imported(path) for path in CLIENT.rglob("*.py")))
    assert not packages & {"assist", "helpdesk", "recordings", "django", "channels"}
    toolkit_free = set().union(*(imported(path) for path in CLIENT.glob("*.py")))
    assert "PySide6" not in toolkit_free
