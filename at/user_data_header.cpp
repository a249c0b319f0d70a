#include "at/user_data_header.hpp"

#include <initializer_list>

namespace bank::at {
namespace {

// Identifiers of information elements, TS 23.040 §9.2.3.24.
enum Iei : std::uint8_t {
  concat_8 = 0x00,
  special_indication = 0x01,
  ports_8 = 0x04,
  ports_16 = 0x05,
  concat_16 = 0x08,
  single_shift = 0x24,
  locking_shift = 0x25
};

bool makes_sense(const Concat& c) {
  const int most = c.bits == 8 ? 0xFF : 0xFFFF;
  return (c.bits == 8 || c.bits == 16) && c.ref >= 0 && c.ref <= most && c.total >= 1 &&
         c.total <= 0xFF && c.seq >= 1 && c.seq <= c.total;
}

bool makes_sense(const Ports& p) {
  const int most = p.bits == 8 ? 0xFF : 0xFFFF;
  return (p.bits == 8 || p.bits == 16) && p.destination >= 0 && p.destination <= most &&
         p.source >= 0 && p.source <= most;
}

constexpr int pair_at(Octets data, std::size_t i) {
  return data[i] << 8 | data[i + 1];
}

/// Bit 7 asks for the message to be kept; bits 4 to 2 extend the kind, of which one is known.
MessageWaiting waiting_from(Octets data) {
  constexpr int video = 0x07;
  const int kind = data[0] & 0x1F;
  return {kind == video ? MessageWaiting::Kind::video
                        : static_cast<MessageWaiting::Kind>(data[0] & 0x03),
          data[1] > 0, (data[0] & 0x80) != 0};
}

bool has_table(std::uint8_t id, Language language) {
  return language != Language::none && (id == single_shift || language != Language::spanish);
}

/// False where the element is not known, has another length than it must, or makes no sense.
bool read_element(UserDataHeader& header, std::uint8_t id, Octets data) {
  switch (id) {
    case concat_8:
    case concat_16: {
      const std::size_t wide = id == concat_16 ? 1 : 0;
      if (data.size() != 3 + wide) return false;
      const Concat concat{.ref = wide == 1 ? pair_at(data, 0) : data[0],
                          .bits = wide == 1 ? 16 : 8,
                          .seq = data[2 + wide],
                          .total = data[1 + wide]};
      if (!makes_sense(concat)) return false;
      header.concat = concat;
      return true;
    }
    case ports_8:
      if (data.size() != 2) return false;
      header.ports = Ports{data[0], data[1], 8};
      return true;
    case ports_16:
      if (data.size() != 4) return false;
      header.ports = Ports{pair_at(data, 0), pair_at(data, 2), 16};
      return true;
    case special_indication:
      if (data.size() != 2) return false;
      if (!header.waiting || !header.waiting->active) header.waiting = waiting_from(data);
      return true;
    case single_shift:
    case locking_shift:
      if (data.size() != 1 || !has_table(id, language_of(data[0]))) return false;
      (id == single_shift ? header.shift.single : header.shift.locking) = language_of(data[0]);
      return true;
    default: return false;
  }
}

void append_element(std::vector<std::uint8_t>& octets, std::uint8_t id,
                    std::initializer_list<int> data) {
  octets.push_back(id);
  octets.push_back(static_cast<std::uint8_t>(data.size()));
  for (const int octet : data) octets.push_back(static_cast<std::uint8_t>(octet & 0xFF));
}

void append(std::vector<std::uint8_t>& octets, const Concat& c) {
  if (c.bits == 8) return append_element(octets, concat_8, {c.ref, c.total, c.seq});
  append_element(octets, concat_16, {c.ref >> 8, c.ref, c.total, c.seq});
}

void append(std::vector<std::uint8_t>& octets, const Ports& p) {
  if (p.bits == 8) return append_element(octets, ports_8, {p.destination, p.source});
  append_element(octets, ports_16, {p.destination >> 8, p.destination, p.source >> 8, p.source});
}

void append(std::vector<std::uint8_t>& octets, const MessageWaiting& w) {
  const int kind = w.kind == MessageWaiting::Kind::video ? 0x07 : static_cast<int>(w.kind);
  append_element(octets, special_indication, {kind | (w.store ? 0x80 : 0), w.active ? 1 : 0});
}

}  // namespace

bool UserDataHeader::empty() const {
  return !concat && !ports && shift == Shift{} && !waiting && others.empty();
}

UserDataHeader read_header(Octets elements) {
  UserDataHeader header;
  while (elements.size() >= 2) {
    const std::uint8_t id = elements[0];
    const std::size_t length = elements[1];
    if (elements.size() - 2 < length) return {};
    const Octets data = elements.subspan(2, length);
    if (!read_element(header, id, data)) header.others.push_back({id, {data.begin(), data.end()}});
    elements = elements.subspan(2 + length);
  }
  return elements.empty() ? header : UserDataHeader{};
}

bool makes_sense(const UserDataHeader& header) {
  return (!header.concat || makes_sense(*header.concat)) &&
         (!header.ports || makes_sense(*header.ports));
}

std::vector<std::uint8_t> header_octets(const UserDataHeader& header) {
  if (header.empty()) return {};
  std::vector<std::uint8_t> octets{0};
  if (header.concat) append(octets, *header.concat);
  if (header.ports) append(octets, *header.ports);
  if (header.waiting) append(octets, *header.waiting);
  const auto append_shift = [&](std::uint8_t id, Language language) {
    if (language != Language::none) append_element(octets, id, {static_cast<int>(language)});
  };
  append_shift(single_shift, header.shift.single);
  append_shift(locking_shift, header.shift.locking);
  for (const auto& element : header.others) {
    octets.push_back(element.id);
    octets.push_back(static_cast<std::uint8_t>(element.data.size()));
    octets.insert(octets.end(), element.data.begin(), element.data.end());
  }
  octets[0] = static_cast<std::uint8_t>(octets.size() - 1);
  return octets;
}

}  // namespace bank::at
