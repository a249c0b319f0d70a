#include "at/tp_status.hpp"

#include <catch2/catch.hpp>

#include "tests/at/vectors.hpp"

using namespace bank::at;

TEST_CASE("every TP-ST has the outcome of its class, a meaning and an advice") {
  const auto tables = vectors::load("derived_tables.json");
  const auto& classes = tables.at("tp_st_class");
  REQUIRE(classes.size() == 256);
  for (const auto& [hex, name] : classes.items()) {
    CAPTURE(hex);
    const int status = std::stoi(hex, nullptr, 16);
    const Outcome expected = name == "completed" ? Outcome::delivered
                             : name == "trying"  ? Outcome::temporary
                                                 : Outcome::permanent;
    CHECK(outcome(status) == expected);
    CHECK_FALSE(meaning(status).empty());
    CHECK_FALSE(status_row(status).do_next.empty());
  }
}

TEST_CASE("what the standard reserves is named so, and what it leaves to service centres too") {
  struct Case {
    int status;
    std::string_view says;
  };
  const Case cases[] = {{0x00, "received"},         {0x01, "cannot be confirmed"},
                        {0x0F, "reserves"},         {0x10, "centre's own"},
                        {0x22, "no response"},      {0x2F, "reserves"},
                        {0x3F, "centre's own"},     {0x46, "validity period expired"},
                        {0x4A, "reserves"},         {0x5F, "centre's own"},
                        {0x63, "service rejected"}, {0x6F, "reserves"},
                        {0x70, "centre's own"},     {0x80, "service rejected"},
                        {0xFF, "service rejected"}};
  for (const auto& c : cases) {
    CAPTURE(c.status);
    CHECK(meaning(c.status).find(c.says) != std::string_view::npos);
  }
}

TEST_CASE("a message may be sent anew only when nobody else delivers it, and it can help") {
  for (int status = 0; status < 256; ++status) {
    CAPTURE(status);
    CHECK(status_row(status).may_resend == (status == 0x46 || status >= 0x60));
    if (status_row(status).may_resend) CHECK(outcome(status) == Outcome::permanent);
  }
}

TEST_CASE("a number that is no octet is not delivered and not waited for") {
  for (const int status : {-1, 256, 100000}) CHECK(outcome(status) == Outcome::permanent);
}
