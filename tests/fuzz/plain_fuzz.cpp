#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/gsm7.hpp"
#include "at/plain.hpp"

namespace {

void require(bool law) {
  if (!law) std::abort();
}

}  // namespace

/// The changes of a text, made one by one, give the plain text, which is in the default alphabet
/// and has nothing more to change; a text without changes is untouched.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bank::at::Plain plain = bank::at::plain(text);
  if (plain.changes.empty()) {
    require(plain.text == text);
    return 0;
  }
  require(bank::at::septets_from_utf8(plain.text).has_value());
  require(bank::at::plain(plain.text).changes.empty());
  if (plain.changes.size() == bank::at::most_changes) return 0;  // not all of them are listed

  std::string changed;
  std::size_t at = 0;
  for (const auto& [offset, before, after] : plain.changes) {
    require(offset >= at && text.substr(offset, before.size()) == before);
    changed += text.substr(at, offset - at);
    changed += after;
    at = offset + before.size();
  }
  changed += text.substr(at);
  require(changed == plain.text);
  return 0;
}
