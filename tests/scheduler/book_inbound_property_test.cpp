// Random streams of received parts, over restarts and failing commits: what a SIM shows comes out
// exactly once.
#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>

#include "tests/scheduler/inbound_fixture.hpp"

using namespace bank;
using namespace bank::scheduler;

namespace {

struct Part {
  std::size_t message;
  std::string pdu;
};
struct Sent {
  std::string text;   // as it comes out
  bool whole = true;  // none of its parts was lost
  int parts = 1;
};

/// The parts of many messages by few senders, with few references, in a disorder that keeps the
/// parts of one message within an hour: a few are lost, some come twice.
class Stream : public InboundFixture {
 public:
  explicit Stream(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] std::size_t below(std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_);
  }

  void send(std::size_t messages) {
    for (std::size_t i = 0; i < messages; ++i) {
      const int total = static_cast<int>(1 + below(5));
      Sent sent{.text = {}, .whole = true, .parts = total};
      // Every message under one reference is another one at least a day later.
      const auto sender = fmt::format("+98912000000{}", i % 3);
      const int lost = total > 1 && below(6) == 0 ? static_cast<int>(1 + below(5)) : 0;
      for (int seq = 1; seq <= total; ++seq) {
        const std::string text = fmt::format("{}/{};", i, seq);
        if (seq == lost) {
          sent.whole = false;
          sent.text += "[…]";
          continue;
        }
        sent.text += text;
        const bool wide = sender.ends_with('0');
        at::Deliver part = deliver({.text = text,
                                    .from = sender,
                                    .seq = seq,
                                    .total = total,
                                    .ref = static_cast<int>(i / 3 % 7),
                                    .bits = wide ? 16 : 8});
        part.timestamp->instant += std::chrono::hours(8 * (i / 3)) + std::chrono::seconds(seq);
        if (part.header.concat && below(4) == 0) part.alphabet = at::Alphabet::ucs2;
        const std::string pdu = at::encode_deliver(part).value();
        // Places in the stream: near the others of its message.
        const std::size_t copies = below(5) == 0 ? 2 + below(2) : 1;
        for (std::size_t copy = 0; copy < copies; ++copy) {
          stream_.emplace(i * 10 + below(60), Part{i, pdu});
        }
      }
      sent_.push_back(sent);
    }
  }

  void play() {
    std::vector<std::string> shown;  // what the SIM still holds
    for (const auto& [place, part] : stream_) {
      pass(1min);
      if (below(20) == 0) reboot(fmt::format("boot-{}", place));
      if (below(20) == 0) {
        const store::Transaction never_committed(database);
        (void)book->hear({sim, "slot-01", wall, part.pdu, at::decode_deliver(part.pdu).value()});
      }
      (void)hear(part.pdu, below(2) == 0 ? "slot-01" : "slot-02");
      if (below(10) == 0) shown.push_back(part.pdu);
      if (below(30) == 0) (void)give_up();
      if (below(10) == 0 && !shown.empty()) {
        CHECK(is_duplicate(hear(shown[below(shown.size())])));
      }
    }
    pass(72h);
    while (!give_up(3).empty()) {
    }
  }

  std::vector<Sent> sent_;

 private:
  std::mt19937 random_;
  std::multimap<std::size_t, Part> stream_;
};

}  // namespace

TEST_CASE("of a random stream each message comes out exactly once, with its text") {
  const auto seed = GENERATE(range(1U, 21U));
  CAPTURE(seed);
  Stream stream(seed);
  stream.send(150);
  stream.play();
  CHECK(stream.reader->waiting_parts() == 0);
  std::multimap<std::string, InboundView> came;
  for (InboundView& message : stream.reader->inbox({}, 10'000)) {
    came.emplace(message.text.value(), std::move(message));
  }
  for (const Sent& sent : stream.sent_) {
    CAPTURE(sent.text);
    REQUIRE(came.count(sent.text) == 1);
    const InboundView& message = came.find(sent.text)->second;
    CHECK(message.parts == sent.parts);
    CHECK(message.complete == sent.whole);
    CHECK(message.missing.size() == (sent.whole ? 0 : 1));
  }
  CHECK(came.size() == stream.sent_.size());
}
