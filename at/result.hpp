#pragma once

#include <cstddef>
#include <string_view>
#include <tl/expected.hpp>

namespace bank {

template <class T, class E>
using Result = tl::expected<T, E>;
using tl::unexpected;

/// Why a sequence of octets or characters was refused, and where. A plain value: no allocation.
struct DecodeError {
  enum class Fault { truncated, out_of_range, reserved_value };
  Fault fault;
  std::string_view field;  // the name 3GPP gives it, e.g. "TP-SCTS"; "hex" for what is not hex
  std::size_t offset;      // octets from the start of the PDU

  friend bool operator==(const DecodeError&, const DecodeError&) = default;
};

}  // namespace bank
