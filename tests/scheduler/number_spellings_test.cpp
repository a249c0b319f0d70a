/// What lists of people bring: numbers as they are typed, pasted and exported.
#include <catch2/catch.hpp>
#include <string>

#include "scheduler/number.hpp"

using bank::scheduler::NumberError;
using bank::scheduler::NumberPolicy;
using Catch::Matchers::Contains;
using Fault = NumberError::Fault;

namespace {

struct Mobile {
  const char* home;
  std::string_view written;
  const char* number;
};
struct NoMobile {
  const char* home;
  std::string_view written;
  Fault fault;
  const char* says;
};

}  // namespace

TEST_CASE("a list of people reads mobiles as their countries write them") {
  const Mobile vectors[] = {
      {"IR", "09121234567", "+989121234567"},
      {"IR", "۰۹۱۲۱۲۳۴۵۶۷", "+989121234567"},
      {"IR", "۰۹۱۲ ۱۲۳ ۴۵ ۶۷", "+989121234567"},
      {"IR", "٠٩١٢١٢٣٤٥٦٧", "+989121234567"},
      {"IR", "０９１２１２３４５６７", "+989121234567"},
      {"IR", "۰۹12-۱۲۳۴567", "+989121234567"},  // keyboards are changed in the middle
      {"IR", "+98 912 123 4567", "+989121234567"},
      {"IR", "۰۰۹۸۹۱۲۱۲۳۴۵۶۷", "+989121234567"},
      {"IR", "0098 (0)912 1234567", "+989121234567"},
      {"IR", "98 912 123 4567", "+989121234567"},
      {"IR", "9121234567", "+989121234567"},
      {"IR", "\u200F\u202A+989121234567\u202C", "+989121234567"},
      {"IR", "0912\u200C1234567", "+989121234567"},  // zero-width non-joiner
      {"IR", "+44 7400 123456", "+447400123456"},
      {"VN", "0946.4334.98", "+84946433498"},
      {"VN", "0946 43 34 98", "+84946433498"},
      {"VN", "(+84) 946-433-498", "+84946433498"},
      {"VN", "84946433498", "+84946433498"},
      {"VN", "+84 0946 433 498", "+84946433498"},
      {"CN", "138 1234 5678", "+8613812345678"},
      {"CN", "138-1234-5678", "+8613812345678"},
      {"CN", "１３８１２３４５６７８", "+8613812345678"},
      {"CN", "＋８６　１３８　１２３４　５６７８", "+8613812345678"},
      {"CN", "0086 138 1234 5678", "+8613812345678"},
      {"CN", "8613812345678", "+8613812345678"},
      {"GB", "07400 123456", "+447400123456"},
      {"GB", "+44 (0)7400 123456", "+447400123456"},
      {"US", "(212) 555-0123", "+12125550123"},
      {"US", "212.555.0123", "+12125550123"},
      {"US", "1-212-555-0123", "+12125550123"},
      {"US", "011 98 912 123 4567", "+989121234567"},
      {"CA", "+1 416 555 0123", "+14165550123"},
      {"DE", "0151 23456789", "+4915123456789"},
      {"DE", "+49 (151) 2345-6789", "+4915123456789"},
      {"DE", "[0151] 23 45 67 89", "+4915123456789"},
      {"DE", "0151/23456789", "+4915123456789"},
      {"TR", "0 (532) 123 45 67", "+905321234567"},
      {"TR", "532 123 4567", "+905321234567"},
      {"FR", "06 12 34 56 78", "+33612345678"},
      {"FR", "06.12.34.56.78", "+33612345678"},
      {"IT", "312 345 6789", "+393123456789"},
      {"ES", "612 34 56 78", "+34612345678"},
      {"RU", "8 (912) 345-67-89", "+79123456789"},
      {"IN", "081234 56789", "+918123456789"},
      {"AE", "050 123 4567", "+971501234567"},
      {"AE", "٠٥٠ ١٢٣ ٤٥٦٧", "+971501234567"},
      {"AF", "۰۷۰ ۱۲۳ ۴۵۶۷", "+93701234567"},
      {"BR", "(11) 96123-4567", "+5511961234567"},
      {"BR", "011 96123-4567", "+5511961234567"},
      {"AR", "011 15-2345-6789", "+5491123456789"},
      {"BY", "8 029 491-19-11", "+375294911911"},
      {"JP", "０９０－１２３４－５６７８", "+819012345678"},
      {"AU", "0412 345 678", "+61412345678"},
      {"AD", "312 345", "+376312345"},
  };
  static_assert(std::size(vectors) >= 40);
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.home << " " << v.written) {
      const auto number = NumberPolicy(v.home, {"*"}).normalise_mobile(v.written);
      INFO((number ? "" : number.error().detail));
      REQUIRE(number.has_value());
      CHECK(*number == v.number);
    }
  }
}

TEST_CASE("a list of people refuses what is no mobile, and says what it is") {
  const NoMobile vectors[] = {
      {"IR", "1000", Fault::not_mobile, "1000 is a number of the kind short_code"},
      {"IR", "۱۰۰۰", Fault::not_mobile, "short_code"},
      {"IR", "021 8877 6655", Fault::not_mobile, "landline (IR, Tehran province)"},
      {"VN", "024 3825 4321", Fault::not_mobile, "landline (VN, Hanoi City)"},
      {"CN", "010 1234 5678", Fault::not_mobile, "landline (CN, Beijing)"},
      {"CN", "0797 800 1234", Fault::not_mobile, "landline (CN, Jiangxi)"},
      {"GB", "020 7946 0958", Fault::not_mobile, "write a mobile's number like +447400123456"},
      {"GB", "07012 345678", Fault::not_mobile, "kind personal (GB)"},
      {"IR", "+44 20 7946 0958", Fault::not_mobile, "+447400123456"},
      {"US", "900 234 5678", Fault::premium, "premium"},
      {"DE", "030 12345678", Fault::not_mobile, "landline (DE, Berlin)"},
      {"TR", "0212 123 45 67", Fault::not_mobile, "landline (TR, Istanbul"},
      {"IR", "0970 123 4567", Fault::not_mobile, "no range of numbers that IR is known to use"},
      {"IR", "110", Fault::emergency, "emergency"},
      {"IR", "0912 123 456", Fault::too_short, "+989"},
      {"IR", "88776655/56", Fault::not_a_number, "found '/' (octet 8), which may stand behind"},
      {"IR", "09121234567/09121234568", Fault::not_a_number, "found '/' (octet 11)"},
      {"IR", "0912/123/4567", Fault::not_a_number, "found '/' (octet 8)"},
      {"IR", "علی", Fault::not_a_number, "U+0639"},
      {"IR", "", Fault::empty, "no digits"},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.home << " " << v.written) {
      const auto number = NumberPolicy(v.home, {"*"}).normalise_mobile(v.written);
      INFO((number ? *number : number.error().detail));
      REQUIRE_FALSE(number.has_value());
      CHECK(number.error().fault == v.fault);
      CHECK_THAT(number.error().detail, Contains(v.says));
    }
  }
}

TEST_CASE("the door sends to short codes and landlines as it is told") {
  const NumberPolicy iran("IR", {"IR"});
  CHECK(iran.normalise("1000") == "1000");
  CHECK(iran.normalise("021 8877 6655") == "+982188776655");
}

TEST_CASE("a short code is read where digits stand alone") {
  const NumberPolicy iran("IR", {"IR"});
  for (const char* cell : {"3000", " 3000\t", "۳۰۰۰", "\u200F٣٠٠٠\u200F", "３０００", "\u00A03000 ",
                           "'3000", "=\"3000\"", "3000.0", " 3000.0 ", "3.000E+03"}) {
    INFO(cell);
    const auto number = iran.normalise(cell);
    INFO((number ? "" : number.error().detail));
    REQUIRE(number.has_value());
    CHECK(*number == "3000");
  }
  CHECK(iran.normalise("124.0") == "124");
  CHECK(iran.normalise("11.0").error().fault == Fault::emergency);  // 110 for some
  CHECK(iran.normalise("612345.0") == "612345");
}

TEST_CASE("what is no short code does not become one by its dots, dashes or spaces") {
  struct Cell {
    std::string_view written;
    std::size_t offset;
  };
  const Cell vectors[] = {{"3000.00", 4}, {"12.50", 2},  {"1.1.2026", 1}, {"26.11.20", 2},
                          {"14.5", 2},    {"-3000", 0},  {"3000-", 4},    {"(3000)", 0},
                          {"30 00", 2},   {"3.000", 1},  {"3/00000", 1},  {"۱۲٫۵", 4},
                          {"12.0", 2},    {"30۰۰.۰", 6}, {"'12.50", 3},   {" 26-11 20", 3}};
  const NumberPolicy iran("IR", {"IR"});
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.written) {
      const auto number = iran.normalise(v.written);
      INFO((number ? *number : number.error().detail));
      REQUIRE_FALSE(number.has_value());
      CHECK(number.error().fault == Fault::not_a_number);
      CHECK(number.error().offset == v.offset);
      CHECK_THAT(number.error().detail, Contains("write"));
    }
  }
}

TEST_CASE("a cell is read as long as the spreadsheet lost nothing") {
  const NumberPolicy iran("IR", {"IR"});
  for (const char* cell :
       {"'+989121234567", "'09121234567", "=\"09121234567\"", "\"09121234567\"", "=+989121234567",
        "=989121234567", " '0912 123 4567 ", "9121234567.0", "+989121234567.0", "'9121234567.0",
        "9.89121234567E+11", "9,89121234567E+11", "9.121234567E+09", "9.121234567e9"}) {
    INFO(cell);
    const auto number = iran.normalise(cell);
    INFO((number ? "" : number.error().detail));
    REQUIRE(number.has_value());
    CHECK(*number == "+989121234567");
  }
}

TEST_CASE("a cell that lost its number is refused with how to get it back") {
  struct Lost {
    std::string_view cell;
    Fault fault;
    std::size_t offset;
    const char* says;
  };
  const Lost vectors[] = {
      {"9.89121E+11", Fault::rounded, 7, "has rounded this number to 9.89121E+11"},
      {"9.89121E+11", Fault::rounded, 7, "make its column text"},
      {"9,89121E+11", Fault::rounded, 7, "last digits are lost"},
      {"9E+11", Fault::rounded, 1, "rounded"},
      {"'9.89121E+11", Fault::rounded, 8, "rounded"},
      {"9.8912123456789E+11", Fault::rounded, 15, "rounded"},  // more than the number has
      {"#NAME?", Fault::not_a_number, 0, "a spreadsheet shows an error"},
      {"########", Fault::not_a_number, 0, "a spreadsheet shows an error"},
      {"#31#09121234567", Fault::not_a_number, 0, "found '#'"},  // a service code
      {"09121234567'", Fault::not_a_number, 11, "found '''"},
      {"\"09121234567", Fault::not_a_number, 0, "found '\"'"},
      {"=", Fault::empty, 0, "no digits"},
      {"'", Fault::empty, 0, "no digits"},
      {"\"\"", Fault::not_a_number, 0, "found '\"'"},
      {"==0912", Fault::not_a_number, 1, "found '='"},
      {"9.89121E+", Fault::not_a_number, 7, "found 'E'"},
      {"9.E+11", Fault::not_a_number, 2, "found 'E'"},
  };
  const NumberPolicy iran("IR", {"IR"});
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.cell << " " << v.says) {
      const auto number = iran.normalise(v.cell);
      INFO((number ? *number : number.error().detail));
      REQUIRE_FALSE(number.has_value());
      CHECK(number.error().fault == v.fault);
      CHECK(number.error().offset == v.offset);
      CHECK_THAT(number.error().detail, Contains(v.says));
    }
  }
}

TEST_CASE("dots between digits stay fillers where they are no fraction") {
  CHECK(NumberPolicy("VN", {"VN"}).normalise("0946.4334.98") == "+84946433498");
  CHECK(NumberPolicy("IR", {"IR"}).normalise("912.123.4567") == "+989121234567");
}
