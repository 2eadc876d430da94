#include <valorem/version.hpp>

#include <gtest/gtest.h>

#include <string>

TEST(version, three_numbers) { EXPECT_EQ(std::string(valorem::version), "0.1.0"); }
