#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "at/result.hpp"

namespace bank::web {

/// Addresses that begin with the same bits: "192.0.2.0/24", "2001:db8::/32", or one address. IPv4
/// and IPv6 are apart, but an IPv4 address written inside IPv6 (::ffff:192.0.2.7) is that IPv4
/// address, as a client that comes to a socket of both is shown.
class AddressRange {
 public:
  /// Errors  one line: what was found and what to write instead.
  [[nodiscard]] static Result<AddressRange, std::string> read(std::string_view text);
  /// What is no address is in no range; a zone ("fe80::1%eth0") is left out.
  [[nodiscard]] bool holds(std::string_view address) const;
  /// As it is stored and shown: "192.0.2.0/24".
  [[nodiscard]] std::string text() const;

 private:
  using Octets = std::array<std::uint8_t, 16>;
  struct Address {
    bool is_v4;
    Octets octets;  // of IPv4 the first four
  };
  [[nodiscard]] static std::optional<Address> address_of(std::string_view text);
  static void clear_after(Octets& octets, int bits);

  Address first_{};
  int bits_ = 0;
};

}  // namespace bank::web
