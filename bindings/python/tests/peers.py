"""Other libraries' formulas, run as they were published, to hold ours against.

.ci/setup fetches lifetimes and PyMC-Marketing without what they depend on. lifetimes runs as it is. PyMC-Marketing's
are 55 packages, for a sampler that is not asked here: what it says of a customer at given parameters is NumPy, SciPy and xarray,
and these methods are taken out of its files with empty modules in place of the sampler."""

import importlib.abc
import importlib.util
import pathlib
import sys
import types
import unittest.mock
import warnings

import numpy as np
import pandas as pd

from conftest import data_file

ABSENT = ("pymc", "pymc_extras", "pytensor", "arviz", "pydantic", "xarray_einstats")


def lifetimes():
    """The package. It sets an option of pandas that pandas 3 warns of, and divides by zero for customers of today."""
    with_path()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes as package
        import lifetimes.utils
    return package


def with_path():
    folder = str(data_file("peers"))
    if folder not in sys.path:
        sys.path.append(folder)


class _Empty(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules in which every name is a stand-in that can be called, subscripted and compared."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            return importlib.util.spec_from_loader(name, self, is_package=True)
        return None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__getattr__ = _stand_in
        return module

    def exec_module(self, module):
        pass


def _stand_in(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return unittest.mock.MagicMock(name=name)


def pymc_marketing():
    """Its predictive methods by model: name -> class, to be made by `at`."""
    with_path()
    package = pathlib.Path(data_file("peers")) / "pymc_marketing"
    known = set(sys.modules)
    finder = _Empty()
    sys.meta_path.insert(0, finder)
    try:
        base = type("CLVModel", (), {})
        models = _package("pymc_marketing.clv.models", CLVModel=base)
        for name in ("pymc_marketing", "pymc_marketing.clv"):
            _package(name)
        for name, what in (("clv.distributions", None), ("model_config", None), ("clv.models.basic", base)):
            module = types.ModuleType(f"pymc_marketing.{name}")
            module.__getattr__ = _stand_in
            if what is not None:
                module.CLVModel = what
            sys.modules[module.__name__] = module
        _run(package / "clv" / "utils.py", "pymc_marketing.clv.utils")
        found = {}
        for file, name in (("beta_geo", "BetaGeoModel"), ("modified_beta_geo", "ModifiedBetaGeoModel"), ("pareto_nbd", "ParetoNBDModel"),
                           ("beta_geo_beta_binom", "BetaGeoBetaBinomModel"), ("gamma_gamma", "GammaGammaModel"),
                           ("shifted_beta_geo", "ShiftedBetaGeoModel")):  # fmt: skip
            module = _run(package / "clv" / "models" / f"{file}.py", f"pymc_marketing.clv.models.{file}")
            found[name] = getattr(module, name)
            setattr(models, name, found[name])
        found["customer_lifetime_value"] = sys.modules["pymc_marketing.clv.utils"].customer_lifetime_value
        found["rfm_summary"] = sys.modules["pymc_marketing.clv.utils"].rfm_summary
        return found
    finally:
        sys.meta_path.remove(finder)
        for name in set(sys.modules) - known:
            if name.partition(".")[0] in (*ABSENT, "pymc_marketing"):
                del sys.modules[name]


def _package(name, **contents):
    module = types.ModuleType(name)
    module.__path__ = []
    module.__dict__.update(contents)
    sys.modules[name] = module
    return module


def _run(path, name):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def at(cls, logp=None, **parameters):
    """A model of PyMC-Marketing as if a chain of one draw had found these parameters; logp: the likelihood, where its
    own would need the sampler."""
    import xarray

    class Fitted(cls):
        purchase_covariate_cols = dropout_covariate_cols = covariate_cols = ()
        model = types.SimpleNamespace(coords={})
        fit_result = {name: xarray.DataArray([[value]], dims=("chain", "draw"), name=name) for name, value in parameters.items()}

        def _validate_cols(self, *args, **kwargs):
            pass

        @staticmethod
        def _logp(*args):
            return xarray.DataArray(logp(*args), dims=("chain", "draw", "customer_id"))

    if cls.__name__ == "ShiftedBetaGeoModel":  # here the parameters of a cohort, of which there is one

        def extracted(self, data, customer_varnames=()):
            columns = {name: ("customer_id", np.asarray(data[name])) for name in data if name != "customer_id"}
            return xarray.Dataset({**self.fit_result, **columns})

        Fitted._extract_predictive_variables = extracted
    return object.__new__(Fitted)


def frame(**columns):
    return pd.DataFrame({"customer_id": range(len(next(iter(columns.values())))), **columns})
