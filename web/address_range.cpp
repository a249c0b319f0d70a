#include "web/address_range.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bank::web {

namespace {

constexpr int v4_bits = 32;
constexpr int v6_bits = 128;
constexpr int v4_inside_v6 = 96;  // bits before an IPv4 address inside IPv6
constexpr std::string_view example = "write a network like 192.0.2.0/24 or 2001:db8::/32";
constexpr std::size_t longest_address = 45;  // characters, of IPv6 with IPv4 inside

}  // namespace

std::optional<AddressRange::Address> AddressRange::address_of(std::string_view text) {
  if (text.size() > longest_address) return std::nullopt;
  const std::string terminated(text);
  if (terminated.size() != std::string_view(terminated.c_str()).size()) return std::nullopt;
  Address address{.is_v4 = true, .octets = {}};
  if (inet_pton(AF_INET, terminated.c_str(), address.octets.data()) == 1) return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.octets.data()) != 1) return std::nullopt;
  address.is_v4 = false;
  return address;
}

void AddressRange::clear_after(Octets& octets, int bits) {
  for (int i = 0; i < static_cast<int>(octets.size()); ++i) {
    const int kept = std::clamp(bits - 8 * i, 0, 8);
    const unsigned mask = 0xFF00U >> static_cast<unsigned>(kept);
    octets.at(static_cast<std::size_t>(i)) &= static_cast<std::uint8_t>(mask & 0xFFU);
  }
}

namespace {

bool is_v4_inside(const std::array<std::uint8_t, 16>& octets) {
  return std::all_of(octets.begin(), octets.begin() + 10, [](auto one) { return one == 0; }) &&
         octets[10] == 0xFF && octets[11] == 0xFF;
}

/// The IPv4 address inside, in front.
std::array<std::uint8_t, 16> taken_out(const std::array<std::uint8_t, 16>& octets) {
  std::array<std::uint8_t, 16> inside{};
  std::copy(octets.begin() + 12, octets.end(), inside.begin());
  return inside;
}

}  // namespace

Result<AddressRange, std::string> AddressRange::read(std::string_view text) {
  const auto slash = text.find('/');
  auto address = address_of(text.substr(0, slash));
  if (!address) return unexpected(fmt::format("no address; {}", example));
  const int most = address->is_v4 ? v4_bits : v6_bits;
  AddressRange range;
  range.bits_ = most;
  if (slash != std::string_view::npos) {
    const auto length = text.substr(slash + 1);
    const auto* const end = length.data() + length.size();
    const auto read = std::from_chars(length.data(), end, range.bits_);
    const bool is_padded = length.size() > 1 && length.front() == '0';
    if (read.ec != std::errc() || read.ptr != end || range.bits_ < 0 || range.bits_ > most ||
        is_padded) {
      return unexpected(
          fmt::format("after the slash a number from 0 to {} must stand; {}", most, example));
    }
  }
  if (!address->is_v4 && is_v4_inside(address->octets)) {
    if (range.bits_ < v4_inside_v6) {
      return unexpected(fmt::format("an IPv4 address inside IPv6 with less than {} bits; {}",
                                    v4_inside_v6, example));
    }
    address = Address{.is_v4 = true, .octets = taken_out(address->octets)};
    range.bits_ -= v4_inside_v6;
  }
  range.first_ = *address;
  clear_after(range.first_.octets, range.bits_);
  if (range.first_.octets != address->octets) {
    return unexpected(fmt::format("has more bits than are counted; write {}, or the address alone",
                                  range.text()));
  }
  return range;
}

bool AddressRange::holds(std::string_view address) const {
  auto asked = address_of(address.substr(0, address.find('%')));
  if (!asked) return false;
  if (!asked->is_v4 && is_v4_inside(asked->octets)) {
    asked = Address{.is_v4 = true, .octets = taken_out(asked->octets)};
  }
  if (asked->is_v4 != first_.is_v4) return false;
  clear_after(asked->octets, bits_);
  return asked->octets == first_.octets;
}

std::string AddressRange::text() const {
  std::array<char, INET6_ADDRSTRLEN> written{};
  inet_ntop(first_.is_v4 ? AF_INET : AF_INET6, first_.octets.data(), written.data(),
            written.size());
  return fmt::format("{}/{}", written.data(), bits_);
}

}  // namespace bank::web
