#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "at/deliver.hpp"
#include "tests/scheduler/book_fixture.hpp"

namespace bank::scheduler {

inline constexpr std::string_view ali = "+989121234567";

/// A DELIVER as a service centre sends it; part `seq` of `total` where that is more than one.
struct Incoming {
  std::string text = "salam";
  std::string from{ali};
  int seq = 1;
  int total = 1;
  int ref = 7;
  int bits = 8;
  at::Alphabet alphabet = at::Alphabet::gsm7;
};

/// A book with SIMs that receive.
class InboundFixture : public BookFixture {
 public:
  using BookFixture::BookFixture;
  using Ids = std::vector<InboundId>;

  /// Stamped by the service centre now.
  [[nodiscard]] at::Deliver deliver(const Incoming& in) const {
    at::Deliver part;
    part.smsc = "+989110000001";
    const bool is_name = in.from.find_first_not_of("+0123456789") != std::string::npos;
    part.from = {in.from, is_name                    ? at::Address::Kind::alphanumeric
                          : in.from.starts_with('+') ? at::Address::Kind::international
                                                     : at::Address::Kind::unknown};
    part.timestamp = at::ServiceCentreTime{std::chrono::floor<std::chrono::seconds>(wall), 210min};
    if (in.total > 1) part.header.concat = at::Concat{in.ref, in.bits, in.seq, in.total};
    part.alphabet = in.alphabet;
    if (in.alphabet == at::Alphabet::octets) {
      part.data.assign(in.text.begin(), in.text.end());
    } else {
      part.text = in.text;
    }
    return part;
  }
  [[nodiscard]] std::string pdu(const Incoming& in) const {
    return at::encode_deliver(deliver(in)).value();
  }

  Hearing hear(const Incoming& in) { return hear(pdu(in)); }
  template <std::same_as<at::Deliver> Part>  // so that braces are an Incoming
  Hearing hear(const Part& part) {
    return hear(at::encode_deliver(part).value());
  }
  template <std::convertible_to<std::string> Hex>
  Hearing hear(const Hex& hex, const std::string& modem = "slot-01") {
    return hear_arrival(arrival(hex, sim, modem));
  }
  template <std::convertible_to<std::string> Hex>
  Hearing hear(const Hex& hex, SimId by) {
    return hear_arrival(arrival(hex, by, "slot-01"));
  }
  Hearing hear_arrival(const Arrival& arrival) {
    Hearing hearing;
    commit([&] { hearing = book->hear(arrival); });
    return hearing;
  }
  /// As whoever reads what a modem prints hands it over.
  [[nodiscard]] Arrival arrival(const std::string& hex, SimId by, const std::string& modem) const {
    Arrival heard{.sim = by, .modem = modem, .at = wall, .pdu = hex};
    if (const auto read = at::decode_deliver(hex)) {
      heard.deliver = *read;
    } else {
      if (const auto sender = at::sender_of(hex)) heard.sender = sender->digits_or_text;
      heard.problem = std::string(read.error().field);
    }
    return heard;
  }
  Ids give_up(std::size_t limit = 100) {
    Ids out;
    commit([&] { out = book->give_up_gaps(wall, limit); });
    return out;
  }

  [[nodiscard]] InboundView view(InboundId id) { return reader->inbound(id).value(); }
  /// Of the one message that came out.
  [[nodiscard]] InboundView only(const Hearing& hearing) {
    return view(hearing.complete.size() == 1 ? hearing.complete.front() : InboundId{});
  }
  [[nodiscard]] std::vector<std::string> texts() {
    std::vector<std::string> all;
    for (const InboundView& message : reader->inbox({}, 10'000)) {
      all.push_back(message.text.value_or("none"));
    }
    return all;
  }
};

/// Nothing is new, and nothing came out.
[[nodiscard]] inline bool is_duplicate(const Hearing& hearing) {
  return hearing.is_duplicate && hearing.complete.empty();
}
/// It waits for others.
[[nodiscard]] inline bool waits(const Hearing& hearing) {
  return !hearing.is_duplicate && hearing.complete.empty();
}

}  // namespace bank::scheduler
