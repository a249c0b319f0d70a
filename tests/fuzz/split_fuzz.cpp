#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/gsm7.hpp"
#include "at/split.hpp"
#include "at/submit.hpp"
#include "at/utf.hpp"

namespace {

using namespace bank::at;

void require(bool law) {
  if (!law) std::abort();
}

/// What the first two octets of an input choose.
SplitOptions options_of(std::uint8_t first, std::uint8_t second) {
  constexpr Encoding encodings[] = {Encoding::automatic, Encoding::gsm7, Encoding::ucs2};
  SplitOptions options{.encoding = encodings[first % 3]};
  if ((second & 1) != 0) options.reference_bits = 16;
  if ((second & 2) != 0) options.further_header = second;
  if ((second & 4) != 0) options.languages.add(language_of(second >> 4));
  if ((second & 8) != 0) options.languages.add(Language::turkish);
  return options;
}

std::size_t size_of(std::string_view part, const Split& split) {
  if (split.alphabet == Alphabet::gsm7) {
    const auto septets = septets_from_utf8(part, split.shift);
    require(septets.has_value());
    return septets->size();
  }
  std::vector<std::uint8_t> octets;
  append_utf16be(octets, part);
  return octets.size() / 2;
}

/// A part that needs no header but the concatenation's is sent and read back as it was.
void send(const Split& split, std::size_t i) {
  Submit submit{.to = "1", .alphabet = split.alphabet, .text = split.parts[i]};
  const auto total = static_cast<int>(split.parts.size());
  if (total > 1) submit.header.concat = Concat{0, 8, static_cast<int>(i) + 1, total};
  const auto pdu = encode(submit);
  require(pdu.has_value());
  const auto back = decode_submit(pdu->hex);
  require(back.has_value() && *back == submit);
}

}  // namespace

/// The first octet chooses the encoding, the second what else may be asked for, the rest is the
/// text: parts that fit beside their header and are the text when joined, or an error whose place
/// lies within the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const SplitOptions options = options_of(data[0], data[1]);
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);

  const auto split = bank::at::split(text, options);
  if (!split) {
    require(split.error().offset <= text.size());
    return 0;
  }
  const std::size_t parts = split->parts.size();
  require(parts <= most_parts);
  const std::size_t header = header_size(options, split->shift, parts > 1);
  std::string joined;
  for (std::size_t i = 0; i < parts; ++i) {
    require(size_of(split->parts[i], *split) <= room_beside(header, split->alphabet));
    if (data[1] == 0) send(*split, i);
    joined += split->parts[i];
  }
  require(joined == text);
  return 0;
}
