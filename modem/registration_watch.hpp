#pragma once

#include <bitset>
#include <cstddef>
#include <optional>
#include <string_view>

#include "at/dialogue.hpp"
#include "at/registration.hpp"

namespace bank::modem {

/// Whether the network takes messages of a SIM, which no single question tells: `+CREG` knows the
/// circuit-switched domain alone, and a modem that is in LTE or NR only answers 0 or 2 to it while
/// its messages go (TS 27.007 §7.2, §10.1.22, §10.1.47). So the domains are asked one after another
/// until one takes messages; that one is asked first from then on, and what the others tell unasked
/// does not count against it.
class RegistrationWatch {
 public:
  /// Another start of the modem: it may answer now what it refused.
  void restart() { *this = {}; }

  /// To be asked next; `answered` is about it.
  [[nodiscard]] at::Command question();

  struct News {
    std::optional<at::Registration> told{};  // nothing: it is as it was, as far as is known
    bool asks = false;                       // another question is needed to know
  };
  /// Null: it was refused.
  [[nodiscard]] News answered(const at::Reply* reply);
  /// A line that was not asked for.
  [[nodiscard]] News heard(std::string_view line);

 private:
  static constexpr std::size_t domains = 3;

  [[nodiscard]] std::optional<std::size_t> next() const;

  std::size_t relied_on_ = 0;    // the domain that took messages last
  bool takes_messages_ = false;  // it did when it was heard last
  std::size_t asking_ = 0;
  std::bitset<domains> asked_;  // of this round
  std::bitset<domains> refused_;
  std::optional<at::Registration> told_;  // the most telling of this round
};

}  // namespace bank::modem
