#include <valorem/version.hpp>

#include <gtest/gtest.h>

#include <string>

// The build reads the three numbers out of the header's text; the compiler reads them by its macros.
TEST(version, the_build_and_the_header_agree) {
  EXPECT_EQ(std::string(valorem::version), VALOREM_PROJECT_VERSION);
}
