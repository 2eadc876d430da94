// The front door: every room, in the order in which they are walked through.
#ifndef VALOREM_HPP
#define VALOREM_HPP

// clang-format off
#include <valorem/record.hpp>
#include <valorem/summary.hpp>
#include <valorem/service.hpp>
#include <valorem/model.hpp>
#include <valorem/ledger.hpp>
#include <valorem/population.hpp>
#include <valorem/tier.hpp>
#include <valorem/report.hpp>
// clang-format on

#endif
