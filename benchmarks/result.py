"""Where a benchmark puts what it measured: `result.json`, and the table in its README, never edited by hand."""

import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

START, END = "<!-- measured -->", "<!-- end -->"


def write(folder: Path, *, figures: dict[str, Any], peers: dict[str, Any], table: str) -> None:
    """Replace `result.json` and the part of `README.md` between the two marks."""
    machine = f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()} {platform.release()}"
    measured_at = datetime.now(UTC).isoformat(timespec="seconds")
    result = {"measured_at": measured_at, "machine": machine, "figures": figures, "peers": peers}
    (folder / "result.json").write_text(json.dumps(result, indent=2) + "\n")
    readme = folder / "README.md"
    before, _, rest = readme.read_text().partition(START)
    _, _, after = rest.partition(END)
    readme.write_text(f"{before}{START}\n\n{measured_at}, {machine}\n\n{table}\n\n{END}{after}")
