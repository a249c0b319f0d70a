#include "tests/program/record.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace bank::program::test {

std::vector<Taken> read_record(const std::string& path) {
  std::vector<Taken> record;
  std::ifstream file(path);
  REQUIRE(file);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    Taken taken{};
    std::string mr, pdu;
    const bool whole =
        static_cast<bool>(words >> taken.at >> taken.slot >> taken.iccid >> mr >> pdu);
    INFO("record, line " << record.size() + 1 << ": " << line);
    REQUIRE(whole);
    taken.part = decode_submit(pdu);
    REQUIRE(taken.part.error.empty());
    record.push_back(std::move(taken));
  }
  return record;
}

std::map<std::string, std::vector<Taken>> by_recipient(std::vector<Taken> record) {
  std::map<std::string, std::vector<Taken>> sorted;
  for (auto& taken : record) sorted[taken.part.to].push_back(std::move(taken));
  return sorted;
}

}  // namespace bank::program::test
