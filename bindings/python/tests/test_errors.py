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


HISTORY = ([0, 1, 2, 5], [0, 1, 2, 10], [20, 20, 20, 20])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda m: vl.BGNBD(1, 2, 3), "BGNBD needs 'b'; it takes r, alpha, a, b"),
        (lambda m: vl.BGNBD(r=1, alpha=2, a=3, beta=4), "BGNBD has no argument 'beta'; it takes r, alpha, a, b"),
        (lambda m: m.pmf(), "BGNBD.pmf needs 'n' and 't'; it takes n, t, frequency, recency, T and, by name, threads, out"),
        (lambda m: m.p_alive(1, 2, 3, 4, 5), "BGNBD.p_alive takes 4 arguments by place, 5 are given; it takes "),
        (lambda m: m.p_alive(1, 2, frequency=3), "BGNBD.p_alive is given 'frequency' twice, by place and by name; it takes "),
        (lambda m: vl.BGNBD.fit([1], [2]), "fit needs 'T'; it takes frequency, recency, T, weights, penalty and, by name, threads"),
        (lambda m: vl.BGNBD.fit([1], recencies=[1], T=[2]), "fit has no argument 'recencies', did you mean 'recency'? it takes "),
        (lambda m: vl.BGNBD.fit(*HISTORY, covariate={"z": [1]}), "fit has no argument 'covariate', did you mean 'covariates'? it takes "),
        (lambda m: vl.BGNBD.profile_intervals(m, *HISTORY), "profile_intervals: fit: BGNBD where Fit is expected; it takes fit, "),
        (lambda m: vl.likelihood_ratio_test(m, m), "likelihood_ratio_test: restricted: BGNBD where Fit is expected; it takes restricted, full"),
        (lambda m: vl.gini(sample=True), "gini needs 'x'; it takes x, sample"),
    ],
)  # fmt: skip
def test_a_call_that_fits_no_signature_gets_one_sentence(call, sentence):
    with pytest.raises(TypeError) as refusal:
        call(vl.BGNBD(1, 2, 3, 4))
    assert str(refusal.value).startswith(sentence) and "\n" not in str(refusal.value)


def test_other_type_errors_stay_as_they_are():
    with pytest.raises(TypeError, match="^frequency: str where numbers are expected$"):
        vl.BGNBD(1, 2, 3, 4).p_alive("1", 2, 3)


@pytest.mark.filterwarnings("ignore::valorem.ConvergenceWarning")
def test_the_rows_that_a_fit_leaves_out_are_told():
    with pytest.warns(vl.RowsLeftOutWarning, match="^gamma_gamma: 1 of 6 rows .* row 2 the first, as undefined: The mean spend is not above 0"):
        vl.GammaGamma.fit([0, 1, 2, 3, 4, 2], [0, -3, 5, 6, 4.0, 9])
    with pytest.warns(vl.RowsLeftOutWarning, match="^shifted_beta_geometric: 1 of 6 rows .* row 4 the first, as invalid"):
        vl.ShiftedBetaGeometric.fit(duration=[1, 2, 3, -1, 1, 5], churned=[1, 0, 1, 0, 1, 0])


def test_a_fitted_model_is_no_model():
    ready = vl.Summary.from_columns([1, 2, 3], [0, 2, 5], [0.0, 8, 20], [20.0, 20, 20], time_unit="week")
    kept = vl.fit(ready, "nbd", None).to_json()
    with pytest.raises(vl.ContractError, match="^text: this is a fitted model: vl.FittedModel.from_json reads it$"):
        vl.load_model(kept)


@pytest.mark.parametrize("read", [vl.load_model, vl.FittedModel.from_json, vl.Rates.from_json, vl.TierProgram.from_json])
def test_a_files_name_is_no_json(read):
    with pytest.raises(vl.ContractError, match="^text: 'kept.json' is the name of a file: open it, and give the text that it holds$"):
        read("kept.json")
