// Fitted models as text: back to the same bits, and every refusal in its place.
#include <valorem/model.hpp>
#include <valorem/summary.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <support/cdnow.hpp>
#include <variant>

namespace {

using namespace valorem;

const summary& sample() {
  static const summary s = summarise(
      support::cdnow_sample().view(),
      {.observation_end = support::cdnow_end, .calibration_end = support::cdnow_calibration_end, .currency = "USD"});
  return s;
}

bool same_bits(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

template <class M>
void expect_same(const fit_result<M>& a, const fit_result<M>& b) {
  EXPECT_EQ(a.model, b.model);
  EXPECT_TRUE(same_bits(a.log_likelihood, b.log_likelihood));
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.limit, b.limit);
  for (std::size_t i = 0; i < a.gradient.size(); ++i) {
    EXPECT_TRUE(same_bits(a.gradient[i], b.gradient[i]));
    for (std::size_t j = 0; j < a.gradient.size(); ++j) {
      EXPECT_TRUE(same_bits(a.covariance[i][j], b.covariance[i][j]));
    }
  }
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.distinct_rows, b.distinct_rows);
  EXPECT_EQ(a.evaluations, b.evaluations);
}

void expect_round_trip(const fitted_model& m) {
  const std::string written = to_json(m);
  EXPECT_LT(written.size(), 4096U);
  const auto read = read_fitted_model(written);
  ASSERT_TRUE(read) << read.error().message << written;
  const fitted_model& back = read.value();
  EXPECT_EQ(back.spend_fitted_to, m.spend_fitted_to);
  EXPECT_EQ(back.units, m.units);
  EXPECT_EQ(back.as_of, m.as_of);
  EXPECT_EQ(back.customers, m.customers);
  EXPECT_EQ(back.spend_excluded, m.spend_excluded);
  EXPECT_EQ(back.library_version, m.library_version);
  std::visit(
      [&]<class M>(const fit_result<M>& f) {
        ASSERT_TRUE(std::holds_alternative<fit_result<M>>(back.purchases));
        expect_same(f, std::get<fit_result<M>>(back.purchases));
      },
      m.purchases);
  ASSERT_EQ(back.spend.has_value(), m.spend.has_value());
  if (m.spend) expect_same(*m.spend, *back.spend);
  EXPECT_EQ(to_json(back), written);
}

TEST(SavedFit, ReadsBackToTheSameBits) {
  for (const std::string_view model : purchase_model_names) {
    SCOPED_TRACE(std::string(model));
    fitted_model m = fit_models(sample(), model);
    expect_round_trip(m);
    m.spend.reset();
    m.units = {.time = time_unit::hour, .collapse = std::nullopt, .currency = ""};
    m.as_of.reset();
    m.library_version = "12.0.3";
    expect_round_trip(m);
  }
}

TEST(SavedFit, SaysWhereSpendWasFittedToTransactions) {
  const fitted_model means = fit_models(sample(), "nbd");
  EXPECT_EQ(to_json(means).find("form"), std::string::npos);
  const fitted_model each = fit_models(sample(), "nbd", {}, {}, {}, spend_form::transactions);
  ASSERT_EQ(each.spend_fitted_to, spend_form::transactions);
  expect_round_trip(each);
  std::string other = to_json(each);
  other.replace(other.find("\"transactions\""), std::string_view("\"transactions\"").size(), "\"mean\"");
  EXPECT_FALSE(read_fitted_model(other));
}

TEST(SavedFit, ABoundaryKeepsItsLimitAndWhatIsNotKnown) {
  fitted_model m = fit_models(sample(), "bg_nbd");
  auto& f = std::get<fit_result<bg_nbd>>(m.purchases);
  f.outcome = fit_status::boundary;
  f.limit = "NBD without dropout (a to 0)";
  for (auto& row : f.covariance) row.fill(not_a_value);
  expect_round_trip(m);
}

TEST(SavedFit, RefusesInPlace) {
  const std::string good = to_json(fit_models(sample()));
  const auto why = [&](std::string_view part, std::string_view instead) {
    std::string text = good;
    const std::size_t at = text.find(part);
    EXPECT_NE(at, std::string::npos) << part;
    text.replace(at, part.size(), instead);
    const auto r = read_fitted_model(text);
    EXPECT_FALSE(r) << text;
    return r ? read_error{} : r.error();
  };
  const auto expect = [](const read_error& e, std::string_view code, std::string_view pointer) {
    EXPECT_EQ(e.code, code) << e.message;
    EXPECT_EQ(e.pointer, pointer) << e.message;
    EXPECT_EQ(e.line, 1U);
  };
  EXPECT_EQ(why("valorem-fitted-model/1", "valorem-fitted-model/2").pointer, "/schema");
  EXPECT_EQ(why("\"week\"", "\"fortnight\"").pointer, "/time_unit");
  EXPECT_EQ(why("\"status\":\"converged\"", "\"status\":\"good\"").pointer, "/purchases/status");
  EXPECT_NE(why("\"mbg_nbd\"", "\"mbg_ndb\"").message.find("mbg_nbd"), std::string::npos);
  expect(why("\"r\":0", "\"r\":-0"), "not_positive", "/purchases/parameters/r");
  expect(why("\"r\":", "\"rr\":"), "unknown_key", "/purchases/parameters/rr");
  expect(why("\"customers\":", "\"customers\":-"), "out_of_range", "/customers");
  expect(why("\"gradient\":[", "\"gradient\":[1,"), "wrong_size", "/purchases/gradient");
  expect(why("\"covariance\":[[", "\"covariance\":[[1,"), "wrong_size", "/purchases/covariance/0");
  expect(why("\"covariance\":[[", "\"covariance\":[[],["), "wrong_size", "/purchases/covariance");
  expect(why("\"as_of\":\"1997-09-30\"", "\"as_of\":\"1997-09-31\""), "not_a_date", "/as_of");
  expect(why("\"customers\":", "\"people\":1,\"customers\":"), "unknown_key", "/people");
  expect(why("\"status\":\"converged\"", "\"status\":\"boundary\""), "missing_key", "/purchases");
  expect(why("\"customers\":", "\"customers\":1,\"customers\":"), "duplicate_key", "/customers");
  expect(why("\"log_likelihood\":", "\"log_likelihood\":1e400,\"x\":"), "number_out_of_range",
         "/purchases/log_likelihood");
  EXPECT_FALSE(read_fitted_model(good + std::string(4096, ' ')));
  EXPECT_FALSE(read_fitted_model(R"({"schema":"valorem-model/1","model":"nbd","parameters":{"r":1,"alpha":1}})"));
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(read_fitted_model(good.substr(0, n))) << n;
  fitted_model labelled = fit_models(sample(), "nbd");
  labelled.units.currency = std::string(5000, 'x');
  EXPECT_THROW((void)to_json(labelled), contract_error);
}

}  // namespace
