#pragma once

#include <cstddef>

namespace bank::at {

/// What the octets of user data stand for (TS 23.038 §4).
enum class Alphabet { gsm7, octets, ucs2 };

inline constexpr std::size_t user_data_octets = 140;  // TS 23.040 §9.2.3.24

/// What user data holds beside a header of so many octets, its length octet among them: septets,
/// octets or UTF-16 units.
[[nodiscard]] constexpr std::size_t room_beside(std::size_t header_size, Alphabet alphabet) {
  const std::size_t octets = header_size < user_data_octets ? user_data_octets - header_size : 0;
  switch (alphabet) {
    case Alphabet::gsm7: return octets * 8 / 7;
    case Alphabet::octets: return octets;
    case Alphabet::ucs2: return octets / 2;
  }
  return 0;
}
static_assert(room_beside(0, Alphabet::gsm7) == 160 && room_beside(6, Alphabet::gsm7) == 153 &&
              room_beside(7, Alphabet::gsm7) == 152 && room_beside(12, Alphabet::gsm7) == 146);
static_assert(room_beside(0, Alphabet::ucs2) == 70 && room_beside(6, Alphabet::ucs2) == 67);

}  // namespace bank::at
