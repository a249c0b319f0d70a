#include <fmt/format.h>

#include <cstdio>

#include "at/plain.hpp"
#include "at/received.hpp"
#include "at/split.hpp"
#include "firmware-host/commands.hpp"
#include "firmware-host/json_line.hpp"
#include "firmware-host/log.hpp"
#include "firmware-host/pdu_text.hpp"

namespace bank::host {
namespace {

// A line longer than this is no PDU, whatever it holds; the rest of it is dropped unread.
constexpr std::size_t longest_line = 4 * at::longest_pdu;

/// The next line of standard input, of any length in bounded memory; false at its end.
bool next_line(std::string& line) {
  line.clear();
  bool any = false;
  for (int c = getc_unlocked(stdin); c != EOF; c = getc_unlocked(stdin)) {
    any = true;
    if (c == '\n') break;
    if (line.size() < longest_line) line += static_cast<char>(c);
  }
  return any;
}

template <class Value>
void print(const Value& value, bool as_json) {
  const std::string line = as_json ? json_of(value) : line_of(value);
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
}

/// Whether all that was printed has gone where it goes.
bool is_written() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return true;
  complain(exit_failed, "standard output cannot be written; check what reads it");
  return false;
}

/// Prints what was read, or why nothing could be; true where it was.
template <class Value>
bool tell(const Result<Value, DecodeError>& read, bool as_json) {
  read ? print(*read, as_json) : print(read.error(), as_json);
  return read.has_value();
}

bool tell(const Result<at::Received, DecodeError>& read, bool as_json) {
  if (!read) {
    print(read.error(), as_json);
  } else {
    std::visit([&](const auto& value) { print(value, as_json); }, *read);
  }
  return read.has_value();
}

bool decode_one(std::string_view hex, const PduDecodeOptions& options) {
  const bool with_smsc = !options.no_smsc;
  switch (options.direction) {
    case PduDirection::mt: return tell(at::decode_received(hex, with_smsc), options.json);
    case PduDirection::report: return tell(at::decode_status_report(hex, with_smsc), options.json);
    case PduDirection::mo: return tell(at::decode_submit(hex, with_smsc), options.json);
    case PduDirection::automatic: break;
  }
  const auto octets = at::from_hex(hex);
  if (!octets) {
    print(octets.error(), options.json);
    return false;
  }
  const auto received = at::decode_received(*octets, with_smsc);
  const bool is_other = !received && received.error().field == "TP-MTI";
  return is_other ? tell(at::decode_submit(*octets, with_smsc), options.json)
                  : tell(received, options.json);
}

std::string why(const at::TextError& error) {
  using Fault = at::TextError::Fault;
  switch (error.fault) {
    case Fault::empty: return "--text: empty; give a text to send";
    case Fault::not_utf8:
      return fmt::format("--text: not UTF-8 at octet {}; set a UTF-8 locale in this terminal",
                         error.offset);
    case Fault::control_character:
      return fmt::format("--text: a control character at octet {}; take it out", error.offset);
    case Fault::not_in_gsm7:
      return fmt::format(
          "--text: the character at octet {} is not in GSM 7-bit; use --encoding "
          "auto, or --language where a national table has it",
          error.offset);
    case Fault::no_room: return "--text: the header leaves no room for a character";
    case Fault::too_many_parts:
      return fmt::format("--text: more than {} parts; the text up to octet {} would fit",
                         at::most_parts, error.offset);
  }
  return "--text: cannot be sent";
}

std::string why(const at::EncodeError& error) {
  using Fault = at::EncodeError::Fault;
  if (error.fault == Fault::not_a_number) {
    return fmt::format("{}: not a number of 1 to 20 digits; write +989121234567 or a short code",
                       error.field == "SMSC" ? "--smsc" : "--to");
  }
  return fmt::format("{}: cannot be written", error.field);
}

at::Encoding encoding_of(const std::string& word) {
  if (word == "gsm7") return at::Encoding::gsm7;
  if (word == "ucs2") return at::Encoding::ucs2;
  return word == "plain" ? at::Encoding::plain : at::Encoding::automatic;
}

constexpr int widest_8_bit_reference = 0xFF;

/// The text in parts. A language that was asked for is used wherever it can carry the text.
Result<at::Split, at::TextError> split_of(const PduEncodeOptions& options) {
  at::SplitOptions how{.encoding = encoding_of(options.encoding)};
  if (options.concat_ref > widest_8_bit_reference) how.reference_bits = 16;
  const auto language = at::language_named(options.language);
  if (!language) return at::split(options.text, how);

  how.languages.add(*language);
  if (how.encoding == at::Encoding::automatic) {
    at::SplitOptions in_its_tables = how;
    in_its_tables.encoding = at::Encoding::gsm7;
    if (auto split = at::split(options.text, in_its_tables)) return split;
  }
  return at::split(options.text, how);
}

Result<std::vector<at::SubmitPdu>, at::EncodeError> parts_of(const at::Split& split,
                                                             const PduEncodeOptions& options) {
  at::Submit submit{.to = options.to, .smsc = options.smsc, .report = options.report};
  submit.alphabet = split.alphabet;
  submit.header.shift = split.shift;
  if (options.flash) submit.message_class = 0;
  if (options.validity) submit.validity = *options.validity;
  std::vector<at::SubmitPdu> pdus;
  const auto total = static_cast<int>(split.parts.size());
  for (int part = 1; part <= total; ++part) {
    submit.text = split.parts[static_cast<std::size_t>(part - 1)];
    if (total > 1) {
      const int bits = options.concat_ref > widest_8_bit_reference ? 16 : 8;
      submit.header.concat = at::Concat{options.concat_ref, bits, part, total};
    }
    auto pdu = at::encode(submit);
    if (!pdu) return unexpected(pdu.error());
    pdus.push_back(std::move(*pdu));
  }
  return pdus;
}

void print_parts(const at::Split& split, const std::vector<at::SubmitPdu>& pdus,
                 const std::vector<at::Change>& changes) {
  fmt::print("{} part{}, {}\n", pdus.size(), pdus.size() == 1 ? "" : "s", name_of(split.alphabet));
  for (const auto& change : changes) {
    fmt::print("octet {}: {} is now {}\n", change.offset, log::escaped(change.before),
               change.after.empty() ? "gone" : log::escaped(change.after));
  }
  for (const auto& pdu : pdus) fmt::print("AT+CMGS={}\n{}\n", pdu.length, pdu.hex);
}

void print_json(const at::Split& split, const std::vector<at::SubmitPdu>& pdus,
                const std::vector<at::Change>& changes) {
  ordered_json parts = ordered_json::array();
  for (const auto& pdu : pdus) parts.push_back({{"length", pdu.length}, {"pdu", pdu.hex}});
  ordered_json answer{{"encoding", name_of(split.alphabet)}, {"parts", std::move(parts)}};
  for (const auto& change : changes) {
    answer["changes"].push_back(
        {{"offset", change.offset}, {"before", change.before}, {"after", change.after}});
  }
  fmt::print("{}\n", json_line(answer));
}

}  // namespace

int command_pdu_decode(const PduDecodeOptions& options) {
  bool all = true;
  for (const auto& pdu : options.pdus) all = decode_one(pdu, options) && all;
  if (options.pdus.empty()) {
    std::string line;
    while (next_line(line)) all = decode_one(line, options) && all;
  }
  return is_written() && all ? exit_done : exit_failed;
}

int command_pdu_encode(const PduEncodeOptions& options) {
  const auto split = split_of(options);
  if (!split) return complain(exit_failed, why(split.error()));
  const auto pdus = parts_of(*split, options);
  if (!pdus) return complain(exit_usage, why(pdus.error()));
  const bool is_changed = options.encoding == "plain";
  const auto changes = is_changed ? at::plain(options.text).changes : std::vector<at::Change>{};
  options.json ? print_json(*split, *pdus, changes) : print_parts(*split, *pdus, changes);
  return is_written() ? exit_done : exit_failed;
}

}  // namespace bank::host
