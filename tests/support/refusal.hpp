// What a call says when it refuses its arguments.
#ifndef VALOREM_TESTS_REFUSAL_HPP
#define VALOREM_TESTS_REFUSAL_HPP

#include <valorem/status.hpp>

#include <string>

namespace support {

/// The sentence of the contract_error that f throws; "accepted" where it throws none.
template <class F>
std::string refusal(F&& f) {
  try {
    f();
  } catch (const valorem::contract_error& e) {
    return e.what();
  }
  return "accepted";
}

}  // namespace support

#endif
