#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "modem/virtual/modem.hpp"
#include "modem/virtual/record.hpp"

namespace bank::modem::virt {

inline constexpr std::size_t most_control_line = 8 * 1024;  // octets, an answer apart

/// What the control language steers: the rack, or a table of modems in a test.
class Switchboard {
 public:
  virtual ~Switchboard() = default;
  [[nodiscard]] virtual std::size_t size() const = 0;
  [[nodiscard]] virtual const std::string& name(std::size_t slot) const = 0;
  [[nodiscard]] virtual Modem& modem(std::size_t slot) = 0;
  [[nodiscard]] virtual bool plugged(std::size_t slot) const = 0;
  [[nodiscard]] virtual Result<void, std::string> unplug(std::size_t slot) = 0;
  [[nodiscard]] virtual Result<void, std::string> replug(std::size_t slot) = 0;
  /// A SIM taken out of a slot and not put anywhere yet.
  [[nodiscard]] virtual std::optional<Sim>& drawer(std::size_t slot) = 0;
  [[nodiscard]] virtual Record& record() = 0;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

/// Obeys one line of the control language (docs/virtual-rack.md) and gives the one line of the
/// answer, without line end: "ok …" or "error …", which says what would be right.
[[nodiscard]] std::string obey(Switchboard& board, std::string_view line);

}  // namespace bank::modem::virt
