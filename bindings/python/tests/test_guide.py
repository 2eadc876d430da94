"""The guide's tables of models and verbs against the module."""

import pathlib
import re

import pytest
import valorem as vl

GUIDE = (pathlib.Path(__file__).parents[3] / "docs" / "guide.md").read_text(encoding="utf-8")
SECTION = GUIDE.split("### What each model answers\n", 1)[1].split("\n## ", 1)[0]


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def claims():
    """(model, verb, whether the guide says that it has it)."""
    for block in re.findall(r"(?:^\|.*\n)+", SECTION, re.M):
        header, _, *rows = block.splitlines()
        models = [re.findall(r"`(\w+)`", cell) for cell in cells(header)[1:]]
        for row in rows:
            verbs, *marks = cells(row)
            for verb in re.findall(r"`([^`]+)`", verbs):
                for names, mark in zip(models, marks, strict=True):
                    assert mark in ("", "✓"), row
                    yield from ((name, verb, mark == "✓") for name in names)


CLAIMS = list(claims())


def has(model, verb):
    return hasattr(vl, f"{model}WithCovariates") if verb == "fit(covariates=)" else hasattr(getattr(vl, model), verb)


def test_the_tables_are_read():
    models = {name for name in dir(vl) if hasattr(getattr(vl, name), "bootstrap")}
    assert {model for model, _, _ in CLAIMS} == models
    verbs = {verb for _, verb, _ in CLAIMS}
    known = {name for model in models for name in dir(getattr(vl, model)) if callable(getattr(getattr(vl, model), name)) and name[0] != "_"}
    assert known - verbs == {"status", "to_json"}


@pytest.mark.parametrize(("model", "verb", "said"), CLAIMS)
def test_each_cell(model, verb, said):
    assert has(model, verb) == said
