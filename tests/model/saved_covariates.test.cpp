// Models with covariates as text: back to the same bits, and every refusal in its place.
#include <valorem/model/saved_covariates.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace {

using namespace valorem;

read_error why_no_covariates(std::string_view text) {
  const auto r = read_covariate_model(text);
  EXPECT_FALSE(r) << text;
  return r ? read_error{} : r.error();
}

TEST(SavedCovariates, WritesOneLine) {
  const with_covariates<bg_nbd> m{{0.5, 4, 0.75, 2.5}, {"member", "age"}, {{{{0, 0.3}, {1, -0.25}}, {{1, 1e-9}}}}};
  EXPECT_EQ(
      to_json(m),
      R"({"schema":"valorem-covariate-model/1","model":"bg_nbd","parameters":{"r":0.5,"alpha":4,"a":0.75,"b":2.5},)"
      R"("covariates":["member","age"],"coefficients":{"transaction":{"member":0.3,"age":-0.25},)"
      R"("dropout":{"age":1e-9}}})");
}

TEST(SavedCovariates, ReadsBackEveryModel) {
  const std::vector<std::string> names{"quote \" and \\", "Größe", "third"};
  for (const any_covariate_model& m :
       {any_covariate_model(with_covariates<pareto_nbd>{{1, 2, 3, 1e-300}, names, {{{{2, 0.1}}, {{1, -7}, {0, 3}}}}}),
        any_covariate_model(with_covariates<ggompertz_nbd>{{1, 2, 3, 4, 1e9}, names, {{{{2, 0.1}}, {{1, -7}}}}}),
        any_covariate_model(with_covariates<bg_nbd>{{1, 2, 3, 4}, names, {{{{0, 1.0 / 3}}, {}}}}),
        any_covariate_model(with_covariates<mbg_nbd>{{1, 2, 3, 4}, names, {{{}, {{0, 5e-324}}}}}),
        any_covariate_model(with_covariates<shifted_beta_geometric>{{0.7, 1.2}, names, {{{{1, 0.2}}}}}),
        any_covariate_model(with_covariates<gamma_gamma>{{6.25, 3.74, 15.44}, names, {{{{1, 0.2}}}}})}) {
    EXPECT_EQ(read_covariate_model(to_json(m)).value(), m) << to_json(m);
  }
}

TEST(SavedCovariates, RefusesInPlace) {
  const auto with = [](const std::string& covariates, const std::string& coefficients) {
    return R"({"schema":"valorem-covariate-model/1","model":"gamma_gamma","parameters":{"p":1,"q":2,"v":3},"covariates":)" +
           covariates + R"(,"coefficients":)" + coefficients + "}";
  };
  EXPECT_TRUE(read_covariate_model(with(R"(["age"])", R"({"spend":{"age":1}})")));
  EXPECT_EQ(why_no_covariates(with(R"(["age"])", R"({"spend":{"aeg":1}})")).pointer, "/coefficients/spend/aeg");
  EXPECT_NE(why_no_covariates(with(R"(["age"])", R"({"spend":{"aeg":1}})")).message.find("age"), std::string::npos);
  EXPECT_EQ(why_no_covariates(with(R"(["age","age"])", R"({"spend":{"age":1}})")).pointer, "/covariates/1");
  EXPECT_EQ(why_no_covariates(with(R"([])", R"({"spend":{}})")).pointer, "/covariates");
  EXPECT_EQ(why_no_covariates(with(R"(["age"])", R"({"churn":{"age":1}})")).pointer, "/coefficients");
  EXPECT_EQ(why_no_covariates(with(R"(["age"])", R"({"spend":{"age":null}})")).pointer, "/coefficients/spend/age");
  EXPECT_EQ(why_no_covariates(with(R"(["age"])", R"({"spend":{"age":1},"churn":{}})")).pointer, "/coefficients/churn");
  EXPECT_EQ(why_no_covariates(R"({"schema":"valorem-model/1","model":"gamma_gamma"})").pointer, "/schema");
  EXPECT_EQ(why_no_covariates(R"({"schema":"valorem-covariate-model/1","model":"nbd"})").pointer, "/model");
}

TEST(SavedCovariates, RefusesToWriteWhatItWouldNotRead) {
  using M = with_covariates<gamma_gamma>;
  EXPECT_THROW((void)to_json(M{{1, 2, 0}, {"age"}, {{{{0, 1}}}}}), contract_error);
  EXPECT_THROW((void)to_json(M{{1, 2, 3}, {""}, {{{{0, 1}}}}}), contract_error);
  EXPECT_THROW((void)to_json(M{{1, 2, 3}, {"a\nb"}, {{{{0, 1}}}}}), contract_error);
  EXPECT_THROW((void)to_json(M{{1, 2, 3}, {std::string(257, 'x')}, {{{{0, 1}}}}}), contract_error);
  EXPECT_THROW((void)to_json(M{{1, 2, 3}, {"age"}, {{{{0, std::numeric_limits<double>::quiet_NaN()}}}}}),
               contract_error);
}

}  // namespace
