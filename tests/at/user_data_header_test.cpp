#include "at/user_data_header.hpp"

#include <catch2/catch.hpp>
#include <random>

#include "tests/at/vectors.hpp"

using namespace bank;
using namespace bank::at;
using Kind = MessageWaiting::Kind;

namespace {

UserDataHeader read(const std::string& hex) {
  return read_header(vectors::octets(hex));
}

}  // namespace

TEST_CASE("every element that is understood is read, and the rest is kept as it came") {
  const auto header = read(
      "0003070301"
      "0504158A0000"
      "240101"
      "250103"
      "01028103"
      "7F02ABCD"
      "0A03000410");
  CHECK(header.concat == Concat{7, 8, 1, 3});
  CHECK(header.ports == Ports{0x158A, 0, 16});
  CHECK(header.shift == Shift{Language::portuguese, Language::turkish});
  CHECK(header.waiting == MessageWaiting{Kind::fax, true, true});
  CHECK(header.others ==
        std::vector<InformationElement>{{0x7F, {0xAB, 0xCD}}, {0x0A, {0x00, 0x04, 0x10}}});
  CHECK(read("0402F423").ports == Ports{0xF4, 0x23, 8});
  CHECK(read("0804BEEF0202").concat == Concat{0xBEEF, 16, 2, 2});
}

TEST_CASE("what is broken or senseless changes nothing and is kept") {
  const char* broken[] = {"00020703",   "00040703010A", "0803070301", "0003070300",
                          "0003070304", "0003070001",   "0501AB",     "05060B8423F00000",
                          "0403010203", "2400",         "24020101",   "240100",
                          "2401FF",     "25010E",       "010181",     "0103810301"};
  for (const char* hex : broken) {
    CAPTURE(hex);
    const auto header = read(hex);
    CHECK_FALSE(header.concat.has_value());
    CHECK_FALSE(header.ports.has_value());
    CHECK_FALSE(header.waiting.has_value());
    CHECK(header.shift == Shift{});
    CHECK(header.others.size() == 1);
    CHECK(to_hex(header_octets(header)).substr(2) == hex);
  }
}

TEST_CASE("of what is repeated the last counts, and what waits is not unsaid") {
  CHECK(read("0003070301"
             "0003080402")
            .concat == Concat{8, 8, 2, 4});
  CHECK(read("0003070301"
             "08040001 0402")
            .concat == Concat{1, 16, 2, 4});
  CHECK(read("0003070301"
             "0003080400")
            .concat == Concat{7, 8, 1, 3});  // the last is senseless
  CHECK(read("24010124010D").shift.single == Language::urdu);
  CHECK(read("24010D2401FF").shift.single == Language::urdu);
  CHECK(read("01020005"
             "01028200")
            .waiting == MessageWaiting{Kind::voice, true, false});
  CHECK(read("01028200"
             "01020005")
            .waiting == MessageWaiting{Kind::voice, true, false});
}

TEST_CASE("a waiting indication names its kind") {
  CHECK(read("01020001").waiting == MessageWaiting{Kind::voice, true, false});
  CHECK(read("01028201").waiting == MessageWaiting{Kind::email, true, true});
  CHECK(read("01020300").waiting == MessageWaiting{Kind::other, false, false});
  CHECK(read("01028709").waiting == MessageWaiting{Kind::video, true, true});
}

TEST_CASE("a header whose last element has too few or too many octets counts for nothing") {
  for (const char* cut : {"0003070301"
                          "0504158A00",
                          "0003070301"
                          "05",
                          "0003070301"
                          "24FF01",
                          "0003070301"
                          "24"}) {
    CAPTURE(cut);
    const auto header = read(cut);
    CHECK(header.empty());
  }
  CHECK(read("").empty());
  CHECK(read("00").empty());
}

TEST_CASE("whatever octets a header has, it is read within them, and as it would be written") {
  std::mt19937 random(23040);
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::uint8_t> octets(random() % 40);
    for (auto& octet : octets) {
      // small numbers make elements, others break them
      octet = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 9);
    }
    const auto header = read_header(octets);
    REQUIRE(makes_sense(header));
    const auto written = header_octets(header);
    REQUIRE(written.size() <= octets.size() + 1);
    if (written.empty()) continue;
    REQUIRE(written.front() == written.size() - 1);
    REQUIRE(read_header(Octets(written).subspan(1)) == header);
  }
}
