#include "at/data_coding.hpp"

#include <catch2/catch.hpp>

using namespace bank::at;
using Kind = MessageWaiting::Kind;

TEST_CASE("every group of TP-DCS is read as the standard has it") {
  const auto is = [](int first, int last, const DataCoding& coding) {
    for (int dcs = first; dcs <= last; ++dcs) {
      CAPTURE(dcs);
      CHECK(decode_dcs(static_cast<std::uint8_t>(dcs)) == coding);
    }
  };
  for (const int deletion : {0x00, 0x40}) {
    is(deletion | 0x00, deletion | 0x03, {Alphabet::gsm7});
    is(deletion | 0x04, deletion | 0x07, {Alphabet::octets});
    is(deletion | 0x08, deletion | 0x0B, {Alphabet::ucs2});
    is(deletion | 0x0C, deletion | 0x0F, {Alphabet::gsm7});  // reserved
    for (int c = 0; c < 4; ++c) {
      is(deletion | 0x10 | c, deletion | 0x10 | c, {Alphabet::gsm7, c});
      is(deletion | 0x14 | c, deletion | 0x14 | c, {Alphabet::octets, c});
      is(deletion | 0x18 | c, deletion | 0x18 | c, {Alphabet::ucs2, c});
      is(deletion | 0x30 | c, deletion | 0x30 | c, {Alphabet::octets, c});  // compressed
    }
    is(deletion | 0x20, deletion | 0x2F, {Alphabet::octets});  // compressed
  }
  is(0x80, 0xBF, {Alphabet::gsm7});  // reserved
  const Kind kinds[] = {Kind::voice, Kind::fax, Kind::email, Kind::other};
  for (int bits = 0; bits < 16; ++bits) {
    const Kind kind = kinds[bits & 3];
    const bool active = (bits & 8) != 0;
    is(0xC0 | bits, 0xC0 | bits, {Alphabet::gsm7, {}, MessageWaiting{kind, active, false}});
    is(0xD0 | bits, 0xD0 | bits, {Alphabet::gsm7, {}, MessageWaiting{kind, active, true}});
    is(0xE0 | bits, 0xE0 | bits, {Alphabet::ucs2, {}, MessageWaiting{kind, active, true}});
    is(0xF0 | bits, 0xF0 | bits, {(bits & 4) != 0 ? Alphabet::octets : Alphabet::gsm7, bits & 3});
  }
}

TEST_CASE("what is read of a TP-DCS is what its writing gives back") {
  for (int dcs = 0; dcs < 256; ++dcs) {
    const auto coding = decode_dcs(static_cast<std::uint8_t>(dcs));
    CHECK(decode_dcs(encode_dcs(coding)) == coding);
  }
}
