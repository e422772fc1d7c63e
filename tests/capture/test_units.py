"""Runs the TypeScript unit tests in Node, each file in a process of its own, bundled as the browser code is."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.capture.sites import ROOT

UNITS = sorted((Path(__file__).parent / "unit").glob("*.test.ts"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.stem)
def test_unit(unit: Path, tmp_path: Path) -> None:
    bundle = tmp_path / f"{unit.stem}.mjs"
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command: list[str | Path] = [
        esbuild,
        unit,
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--log-level=warning",
        f"--outfile={bundle}",
    ]
    subprocess.run(command, check=True, cwd=ROOT)
    environment = {**os.environ, "VECTORS": str(ROOT / "tests" / "vectors" / "native")}
    run = subprocess.run(["node", bundle], capture_output=True, text=True, env=environment)
    assert run.returncode == 0, run.stdout + run.stderr
