#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/split.hpp"
#include "at/submit.hpp"

namespace {

void require(bool law) {
  if (!law) std::abort();
}

/// Every part can be sent and is read back as it was.
void send(const bank::at::Split& split, std::size_t i) {
  bank::at::Submit submit{.to = "1", .alphabet = split.alphabet, .text = split.parts[i]};
  const auto total = static_cast<int>(split.parts.size());
  if (total > 1) submit.header.concat = bank::at::Concat{0, 8, static_cast<int>(i) + 1, total};
  const auto pdu = bank::at::encode(submit);
  require(pdu.has_value());
  const auto back = bank::at::decode_submit(pdu->hex);
  require(back.has_value() && *back == submit);
}

}  // namespace

/// The first octet chooses the encoding, the rest is the text: parts that can be sent and are the
/// text when joined, or an error whose place lies within the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using bank::at::Encoding;
  if (size == 0) return 0;
  constexpr Encoding encodings[] = {Encoding::automatic, Encoding::gsm7, Encoding::ucs2};
  const Encoding encoding = encodings[data[0] % 3];
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);

  const auto split = bank::at::split(text, encoding);
  if (!split) {
    require(split.error().offset <= text.size());
    return 0;
  }
  require(split->parts.size() <= bank::at::most_parts);
  std::string joined;
  for (std::size_t i = 0; i < split->parts.size(); ++i) {
    send(*split, i);
    joined += split->parts[i];
  }
  require(joined == text);
  return 0;
}
