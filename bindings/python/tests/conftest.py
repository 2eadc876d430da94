"""Data that several tests share."""

import csv
import os
import pathlib

import numpy as np
import pytest
from command import lines, write

from valorem.cli import main

ROOT = pathlib.Path(__file__).parents[3]


def data_file(name):
    """A file of the public purchase records; a test fails without it rather than pass without a look."""
    path = pathlib.Path(os.environ.get("VALOREM_DATA_DIR", ROOT / "build" / "data")) / name
    assert path.exists(), f"no {path}: let tests/run fetch it, or set VALOREM_DATA_DIR"
    return path


def purchases(name, fields, customer):
    rows = [line.split() for line in data_file(name).read_text(encoding="ascii").splitlines()]
    rows = [r for r in rows if r and r[0] != "customer_id"]
    assert all(len(r) == fields for r in rows)
    days = np.array([f"{r[-3][:4]}-{r[-3][4:6]}-{r[-3][6:]}" for r in rows], dtype="M8[D]")
    return {
        "id": np.array([int(r[customer]) for r in rows]),
        "date": days,
        "cds": np.array([float(r[-2]) for r in rows]),
        "dollars": np.array([float(r[-1]) for r in rows]),
    }


@pytest.fixture(scope="session")
def cdnow_sample():
    return purchases("CDNOW_sample.txt", 5, 1)


@pytest.fixture(scope="session")
def cdnow_master():
    return purchases("CDNOW_master.txt", 4, 0)


def reference(name):
    """Rows of a table of 50-digit values, each number as the double nearest to its text."""
    with open(ROOT / "tests" / "reference" / name, encoding="ascii", newline="") as f:
        return list(csv.DictReader(f))


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def go(*arguments):
        code = main([str(a) for a in arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture
def shop(tmp_path):
    return write(tmp_path / "shop.csv", lines())
