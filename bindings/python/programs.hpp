// Tier engines as Python holds them, for the rooms that decide with one.
#ifndef VALOREM_PYTHON_PROGRAMS_HPP
#define VALOREM_PYTHON_PROGRAMS_HPP

#include "summaries.hpp"
#include <valorem/tier.hpp>

#include <memory>

namespace valorem::python {

using shared_engine = std::shared_ptr<const tier::engine>;

}  // namespace valorem::python

#endif
