// Room 8, SAY IT: the table of scores, and what people read. The door of the room.
//
//   score      one table from a summary, a fitted model, costs and a tier program
//   scorecard  one customer as text      census  the population as text      csv  the table as a file
//   holdout    a model's forecasts beside what came, and beside naive ones
#ifndef VALOREM_REPORT_HPP
#define VALOREM_REPORT_HPP

#include <valorem/report/census.hpp>
#include <valorem/report/csv.hpp>
#include <valorem/report/holdout.hpp>
#include <valorem/report/score.hpp>
#include <valorem/report/scorecard.hpp>

#endif
