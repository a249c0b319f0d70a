#pragma once

#include <string>

namespace bank::program::test {

/// What Debian's libgammu finds in an SMS-SUBMIT.
struct Submitted {
  std::string error;  // libgammu's own words; empty: it could read it
  std::string to;     // as written, with '+' for an international number
  std::u16string text;
  int part = 1;
  int parts = 1;
  int reference = -1;  // of the concatenation; -1: none
};

/// `hex` begins with the service-centre field, as AT+CMGS takes it.
[[nodiscard]] Submitted decode_submit(const std::string& hex);

}  // namespace bank::program::test
