// Every verb against tables of random and hard points over the whole legal domain.
#include "model/reference_verbs.hpp"

#include <gtest/gtest.h>

namespace {

using namespace valorem;
using reference::row;

std::string shown(const row& r) {
  std::string out = r.quantity + " line " + std::to_string(r.line) + " (" + r.region + ") params";
  for (const double p : r.params) out += " " + std::to_string(p);
  return out + " x " + std::to_string(r.x) + " t_x " + std::to_string(r.t_x) + " T " + std::to_string(r.T) + " h " +
         std::to_string(r.h) + " rate " + std::to_string(r.rate) + " n " + std::to_string(r.n) + " cond " +
         std::to_string(r.cond);
}

struct table {
  const char* name;
  std::size_t least;  ///< rows, so that none is lost unnoticed
};
class reference_table : public testing::TestWithParam<table> {};

/// Whether the answer to a row is within the bar.
bool holds(const row& r, const reference::answer& got) {
  if (std::isnan(r.value)) return std::isnan(got.value);  // undefined there
  if (!got.logarithm && std::fabs(r.value) < reference::smallest_normal) {
    // Judged through its logarithm elsewhere; here it must be as small, and no NaN.
    return got.value >= 0 && got.value <= 2 * reference::smallest_normal;
  }
  return reference::error(r, got.value, got.logarithm) <= reference::allowed(r);
}

TEST_P(reference_table, is_answered_within_the_bar) {
  const auto rows = reference::read(std::string(VALOREM_TEST_DIR) + "/reference/" + GetParam().name + ".csv");
  ASSERT_GE(rows.size(), GetParam().least);
  std::size_t beyond = 0;
  for (const row& r : rows) {
    const auto got = reference::answer_to(r);
    ASSERT_TRUE(got) << r.model << " has no " << r.quantity;
    if (holds(r, *got) || ++beyond > 25) continue;
    ADD_FAILURE() << r.model << ' ' << shown(r) << "\n  got " << got->value << " want " << r.value << " error "
                  << reference::error(r, got->value, got->logarithm) << " allowed " << reference::allowed(r);
  }
  EXPECT_EQ(beyond, 0u) << "rows beyond the bar, of " << rows.size();
}

// hard_corners: where an earlier version failed, found from outside by formulas of their own: one purchase rate for
// (nearly) all beside hardly any dropout, and chances of counts just beyond their mean with r near 1e-3.
INSTANTIATE_TEST_SUITE_P(tables, reference_table,
                         testing::Values(table{"beta_discrete_weibull", 700}, table{"bg_nbd_discounted", 270},
                                         table{"bg_nbd_likelihood", 1900}, table{"bg_nbd_pmf", 850},
                                         table{"bg_nbd_purchases", 450}, table{"erlang_discounted", 50},
                                         table{"erlang_likelihood", 680}, table{"erlang_purchases", 180},
                                         table{"gamma_gamma", 1500}, table{"ggompertz_nbd_discounted", 280},
                                         table{"ggompertz_nbd_likelihood", 1250}, table{"ggompertz_nbd_pmf", 270},
                                         table{"ggompertz_nbd_purchases", 470}, table{"hard_corners", 170},
                                         table{"mbg_nbd_likelihood", 1900}, table{"mbg_nbd_pmf", 890},
                                         table{"mbg_nbd_purchases", 450}, table{"nbd_discounted", 240},
                                         table{"nbd_likelihood", 380}, table{"nbd_pmf", 680},
                                         table{"nbd_purchases", 380}, table{"pareto_nbd_discounted", 220},
                                         table{"pareto_nbd_likelihood", 1590}, table{"pareto_nbd_pmf", 950},
                                         table{"pareto_nbd_purchases", 480}, table{"posterior", 1000},
                                         table{"shifted_beta_geometric", 740}, table{"spend", 260}),
                         [](const auto& of) { return of.param.name; });

}  // namespace
