#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "tests/program/gammu_decoder.hpp"

namespace bank::program::test {

/// A part that the virtual network took, read by libgammu.
struct Taken {
  double at;  // UNIX time, seconds
  std::string slot;
  std::string iccid;
  Submitted part;
};

/// The rack's record, in the order of the network. A line that libgammu cannot read fails the test.
[[nodiscard]] std::vector<Taken> read_record(const std::string& path);

/// The same by recipient.
[[nodiscard]] std::map<std::string, std::vector<Taken>> by_recipient(std::vector<Taken> record);

}  // namespace bank::program::test
