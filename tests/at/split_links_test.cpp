#include "at/split_links.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace bank::at;

TEST_CASE("a link goes from where it begins to the next blank") {
  struct Vector {
    std::string_view text;
    std::vector<std::string_view> links;
  };
  const Vector vectors[] = {
      {"see http://a.example/x now", {"http://a.example/x"}},
      {"HTTPS://A.example", {"HTTPS://A.example"}},
      {"(https://a.example/x), www.b.example", {"https://a.example/x),", "www.b.example"}},
      {"Www.a.example\nWWW.b.example\r\nwww.c.example",
       {"Www.a.example", "WWW.b.example", "www.c.example"}},
      {"pay at bit.ly/x or shop.example.com/", {"bit.ly/x", "shop.example.com/"}},
      {"link:bit.ly/x", {"bit.ly/x"}},
      {"[bit.ly/x]", {"bit.ly/x]"}},
      {"لینک:https://a.example/پرداخت بعد", {"https://a.example/پرداخت"}},
      {"نشانی:www.a.example", {"www.a.example"}},
      {"سایت.ایران/خرید", {"سایت.ایران/خرید"}},
      {"http://a.example\u00A0http://b.example\u3000x", {"http://a.example", "http://b.example"}},
      {"http://a.example/\u200Bx", {"http://a.example/\u200Bx"}},
      {"and/or 1/2 1.5/2.5 a.b/c c. /x ./x a./x", {}},
      {"bit.ly without a path", {}},
      {"e.g. awww.nothing http:/x", {}},
      {"", {}},
      {"/", {}},
      {"www.", {"www."}},
  };
  for (const auto& v : vectors) {
    DYNAMIC_SECTION(v.text) {
      std::vector<std::string_view> found;
      for (const auto& [begin, end] : links_of(v.text)) {
        found.push_back(v.text.substr(begin, end - begin));
      }
      CHECK(found == v.links);
    }
  }
}
