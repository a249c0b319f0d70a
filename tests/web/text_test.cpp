#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/web/ask.hpp"
#include "web/json_text.hpp"
#include "web/metrics.hpp"
#include "web/query.hpp"
#include "web/time_text.hpp"

namespace bank::web::test {

TEST_CASE("times are read with their offset and written in UTC") {
  const auto again = [](const char* text) {
    const auto time = read_rfc3339(text);
    return time ? rfc3339(*time) : std::string("refused");
  };
  CHECK(again("2026-11-22T10:00:00Z") == "2026-11-22T10:00:00.000Z");
  CHECK(again("2026-11-22t10:00:00.5z") == "2026-11-22T10:00:00.500Z");
  CHECK(again("2026-11-22T10:00:00.1239+03:30") == "2026-11-22T06:30:00.123Z");
  CHECK(again("2026-11-22T23:00:00-05:00") == "2026-11-23T04:00:00.000Z");
  CHECK(again("2016-12-31T23:59:60Z") == "2017-01-01T00:00:00.000Z");
  CHECK(again("2024-02-29T00:00:00Z") == "2024-02-29T00:00:00.000Z");
  for (const auto* bad :
       {"", "2026-11-22", "2026-11-22T10:00:00", "2026-11-22 10:00:00Z", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z",
        "2026-11-22T24:00:00Z", "2026-11-22T10:60:00Z", "2026-11-22T10:00:61Z",
        "2026-11-22T10:00:00.Z", "2026-11-22T10:00:00+0330", "2026-11-22T10:00:00+24:00",
        "2026-11-22T10:00:00Zx", "1969-12-31T23:59:59Z", "9999-12-31T23:59:59-01:00"}) {
    INFO(bad);
    CHECK(again(bad) == "refused");
  }
}

TEST_CASE("whatever octets a text has, its JSON is JSON and says the same where it was UTF-8") {
  std::uint32_t seed = 1;
  const auto next = [&] { return seed = seed * 1664525U + 1013904223U, seed >> 24U; };
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::size_t i = next() % 24; i > 0; --i) text += static_cast<char>(next());
    std::string quoted;
    append_quoted(quoted, text);
    const auto back = nlohmann::json::parse(quoted, nullptr, false);
    REQUIRE(back.is_string());
  }
  for (const std::string& text : {std::string("سلام"), std::string("a\"\\\n\t\x01\x7F"),
                                  std::string("😀"), std::string("\0x", 2), std::string()}) {
    std::string quoted;
    append_quoted(quoted, text);
    CHECK(nlohmann::json::parse(quoted).get<std::string>() == text);
  }
}

TEST_CASE("metrics are Prometheus text: types first, counters in _total, labels escaped") {
  const Metrics metrics{
      {"modembank_a_total", "Line\nend.", MetricFamily::Type::counter, {{{{"x", "q\"\\\n"}}, 3}}},
      {"modembank_b_seconds", "B.", MetricFamily::Type::gauge, {{{}, 0.25}}},
      {"modembank_c", "Nothing known.", MetricFamily::Type::gauge, {}},
  };
  CHECK(metrics_text(metrics) ==
        "# HELP modembank_a_total Line\\nend.\n# TYPE modembank_a_total counter\n"
        "modembank_a_total{x=\"q\\\"\\\\\\n\"} 3\n"
        "# HELP modembank_b_seconds B.\n# TYPE modembank_b_seconds gauge\n"
        "modembank_b_seconds 0.25\n");
}

TEST_CASE("the page of metrics holds every family once, named as Prometheus wants") {
  FakeDoor door;
  Api api(door);
  api.show_counts([] {
    return ServerCounts{1, 2, {0, 3, 0, 4, 5}, 6, 7, {{"http_requests", 2, 8}}};
  });
  const auto response = ask(api.handler(), "GET", "/metrics");
  REQUIRE(response->status == 200);
  CHECK(response->content_type == "text/plain; version=0.0.4");
  std::set<std::string> families;
  std::istringstream lines(response->body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    std::istringstream words(line.substr(7));
    std::string name;
    std::string type;
    words >> name >> type;
    INFO(line);
    CHECK(families.insert(name).second);
    CHECK(name.starts_with("modembank_"));
    CHECK((type == "counter") == name.ends_with("_total"));
  }
  CHECK(families.contains("modembank_messages"));
  CHECK_THAT(response->body, Catch::Contains("modembank_messages{state=\"sent\"} 12\n"));
  CHECK_THAT(response->body,
             Catch::Contains("modembank_modem_signal_dbm{modem=\"slot-01\"} -71\n"));
  CHECK_THAT(response->body, !Catch::Contains("signal_dbm{modem=\"slot-02\"}"));
  CHECK_THAT(response->body,
             Catch::Contains("modembank_modem_since_proof_seconds{modem=\"slot-01\"} 90\n"));
  CHECK_THAT(response->body, !Catch::Contains("since_proof_seconds{modem=\"slot-02\"}"));
  CHECK_THAT(response->body, Catch::Contains("modembank_http_answers_total{status=\"4xx\"} 4\n"));
  CHECK_THAT(response->body,
             Catch::Contains("modembank_queue_entries{queue=\"behind_the_door\"} 3\n"));
  CHECK_THAT(response->body, Catch::Contains("modembank_queue_limit{queue=\"http_requests\"} 8\n"));
  CHECK_THAT(response->body, Catch::Contains("modembank_queue_entries{queue=\"http_keys\"} 1\n"));
}

TEST_CASE("percent signs are decoded, and a plus stays a plus") {
  CHECK(percent_decoded("%2B98+1%20") == "+98+1 ");
  CHECK_FALSE(percent_decoded("%2"));
  CHECK_FALSE(percent_decoded("%"));
  CHECK_FALSE(percent_decoded("%g0"));
}

}  // namespace bank::web::test
