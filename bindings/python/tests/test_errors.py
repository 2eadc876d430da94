"""Errors as classes, and pickled whole."""

import pickle

import pytest

import valorem as vl
from valorem import _core


def test_classes():
    assert issubclass(vl.ContractError, (vl.Error, ValueError))
    for kind in (vl.ContractError, vl.DataError, vl.ProgramError):
        assert issubclass(kind, vl.Error) and issubclass(kind, ValueError)
    assert issubclass(vl.ConvergenceWarning, UserWarning)


def test_contract_errors_of_the_core_arrive_as_their_class():
    with pytest.raises(vl.ContractError, match="column a has 1 rows in a table of 2"):
        _core.arrow_stream(["a"], [_core.Text(["x"])], 2)


def test_a_program_error_keeps_its_place():
    e = vl.ProgramError("line 3, column 12: no", 3, 12, "/tiers/1", "unknown_measure", "no")
    back = pickle.loads(pickle.dumps(e))
    assert str(back) == str(e)
    assert (back.line, back.column, back.pointer, back.code, back.message) == (3, 12, "/tiers/1", "unknown_measure", "no")
