#include <valorem/record/contact.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace {

using namespace valorem;

TEST(contact, minutes_are_never_negative) {
  EXPECT_EQ(check_contact("phone", 0), row_rule::none);
  EXPECT_EQ(check_contact("phone", 12.5), row_rule::none);
  EXPECT_EQ(check_contact("", 12.5), row_rule::missing_channel);
  EXPECT_EQ(check_contact("phone", -0.001), row_rule::invalid_minutes);
  EXPECT_EQ(check_contact("phone", std::numeric_limits<double>::infinity()), row_rule::invalid_minutes);
  EXPECT_EQ(check_contact("phone", std::numeric_limits<double>::quiet_NaN()), row_rule::missing_minutes);
}

}  // namespace
