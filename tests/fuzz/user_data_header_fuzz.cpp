#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "at/user_data_header.hpp"

namespace {

void require(bool law) {
  if (!law) std::abort();
}

constexpr std::size_t longest_header = 139;  // octets of elements that fit into a message

}  // namespace

/// Any octets as the elements of a header: what is read makes sense, and written again it is no
/// longer than it was and read as the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > longest_header) return 0;
  const auto header = bank::at::read_header({data, size});
  require(bank::at::makes_sense(header));
  const auto octets = bank::at::header_octets(header);
  require(octets.empty() == header.empty());
  if (octets.empty()) return 0;
  require(octets.front() == octets.size() - 1 && octets.size() - 1 <= size);
  require(bank::at::read_header(bank::at::Octets(octets).subspan(1)) == header);
  return 0;
}
