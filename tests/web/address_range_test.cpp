#include <catch2/catch.hpp>

#include "web/address_range.hpp"

namespace bank::web::test {

TEST_CASE("a network has the addresses in it that begin with its bits") {
  struct Case {
    const char* network;
    const char* address;
    bool is_in;
  };
  for (const auto& one : {
           Case{"192.0.2.0/24", "192.0.2.0", true},
           Case{"192.0.2.0/24", "192.0.2.255", true},
           Case{"192.0.2.0/24", "192.0.3.0", false},
           Case{"192.0.2.0/23", "192.0.3.255", true},
           Case{"192.0.2.7", "192.0.2.7", true},
           Case{"192.0.2.7", "192.0.2.8", false},
           Case{"192.0.2.7/32", "192.0.2.7", true},
           Case{"0.0.0.0/0", "203.0.113.5", true},
           Case{"0.0.0.0/0", "2001:db8::1", false},
           Case{"::/0", "2001:db8::1", true},
           Case{"::/0", "203.0.113.5", false},
           Case{"::/0", "::ffff:203.0.113.5", false},
           Case{"192.0.2.0/24", "::ffff:192.0.2.9", true},
           Case{"192.0.2.0/24", "::FFFF:c000:209", true},
           Case{"192.0.2.0/24", "::ffff:192.0.3.9", false},
           Case{"192.0.2.0/24", "::192.0.2.9", false},  // not mapped: an address of IPv6
           Case{"::ffff:192.0.2.0/120", "192.0.2.9", true},
           Case{"::ffff:192.0.2.0/120", "192.0.3.9", false},
           Case{"2001:db8::/32", "2001:db8:ffff::1", true},
           Case{"2001:db8::/32", "2001:db9::1", false},
           Case{"2001:db8::/33", "2001:db8:8000::1", false},
           Case{"fe80::/10", "fe80::1%eth0", true},
           Case{"::1", "::1", true},
           Case{"127.0.0.0/8", "127.0.0.1", true},
           Case{"127.0.0.0/8", "", false},
           Case{"0.0.0.0/0", "nonsense", false},
           Case{"0.0.0.0/0", "1.2.3.4, 5.6.7.8", false},
       }) {
    INFO(one.network << " " << one.address);
    const auto range = AddressRange::read(one.network);
    REQUIRE(range);
    CHECK(range->holds(one.address) == one.is_in);
  }
}

TEST_CASE("a network is shown in one spelling, and what is none is refused with what to write") {
  const auto shown = [](std::string_view text) { return AddressRange::read(text)->text(); };
  CHECK(shown("192.0.2.0/24") == "192.0.2.0/24");
  CHECK(shown("192.0.2.7") == "192.0.2.7/32");
  CHECK(shown("2001:DB8:0:0::/32") == "2001:db8::/32");
  CHECK(shown("::ffff:192.0.2.0/120") == "192.0.2.0/24");

  using Catch::Contains;
  const std::string long_one(100'000, '1');
  for (const std::string& text : {std::string(),
                                  std::string("/"),
                                  std::string("/24"),
                                  std::string("192.0.2.0/"),
                                  std::string("192.0.2.0/33"),
                                  std::string("192.0.2.0/-1"),
                                  std::string("192.0.2.0/+8"),
                                  std::string("192.0.2.0/ 8"),
                                  std::string("192.0.2.0/08"),
                                  std::string("192.0.2.0/8/8"),
                                  std::string("192.0.2.0/99999999999999999999"),
                                  std::string("192.0.2/24"),
                                  std::string("192.0.2.0.0/24"),
                                  std::string("192.0.2.256"),
                                  std::string("0300.0.2.0/24"),
                                  std::string("192.0.2.0/255.255.255.0"),
                                  std::string("2001:db8::/129"),
                                  std::string("2001:db8:::/32"),
                                  std::string("::ffff:192.0.2.0/24"),
                                  std::string("::/0\0", 5),
                                  std::string("localhost"),
                                  std::string("192.0.2.0/24,10.0.0.0/8"),
                                  long_one,
                                  "192.0.2.0/" + long_one}) {
    INFO(text.substr(0, 60));
    const auto range = AddressRange::read(text);
    REQUIRE_FALSE(range);
    CHECK_THAT(range.error(), Contains("write a network like 192.0.2.0/24"));
  }
  for (const char* text : {"192.0.2.1/24", "10.1.0.0/8", "2001:db8::1/64"}) {
    INFO(text);
    const auto range = AddressRange::read(text);
    REQUIRE_FALSE(range);
    CHECK_THAT(range.error(), Contains("write "));
  }
  CHECK_THAT(AddressRange::read("192.0.2.1/24").error(), Contains("write 192.0.2.0/24"));
}

}  // namespace bank::web::test
