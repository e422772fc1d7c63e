"""No code file grows beyond what can be read in one go."""

import subprocess
import sys
from pathlib import Path

MAX_LINES = 300
SUFFIXES = {".py", ".ts", ".mjs", ".js", ".css"}
GENERATED = {Path("web/protocol/wire.ts")}


def main() -> int:
    """0 if every file is short enough."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.splitlines()
    too_long = [(path, lines) for path in map(Path, names) if is_code(path) and (lines := count(path)) > MAX_LINES]
    for path, lines in too_long:
        sys.stdout.write(f"{path} has {lines} lines, more than {MAX_LINES}: split it.\n")
    return 1 if too_long else 0


def is_code(path: Path) -> bool:
    """True for files that people write."""
    return path.suffix in SUFFIXES and path not in GENERATED and "migrations" not in path.parts and path.exists()


def count(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text().splitlines())


if __name__ == "__main__":
    sys.exit(main())
