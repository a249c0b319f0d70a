#include <catch2/catch.hpp>
#include <random>

#include "at/deliver.hpp"
#include "at/gsm7.hpp"
#include "at/national_tables.hpp"
#include "at/submit.hpp"
#include "at/user_data.hpp"
#include "at/utf.hpp"

using namespace bank;
using namespace bank::at;

namespace {

class Dice {
 public:
  explicit Dice(unsigned seed) : random_(seed) {}

  int below(std::size_t n) { return static_cast<int>(random_() % n); }
  bool coin() { return below(2) == 0; }

  /// Characters that the tables have, as many as fit into `septets`.
  std::string gsm7_text(Shift shift, std::size_t septets) {
    std::string text;
    for (;;) {
      const auto& table = coin() ? locking_table(shift.locking) : single_shift_table(shift.single);
      const char32_t c = table[static_cast<std::size_t>(below(code_count))];
      const auto code = c == 0 ? std::nullopt : to_gsm7(c, shift);
      if (!code) continue;
      if (code->septets() > septets) return text;
      septets -= code->septets();
      append_utf8(text, c);
    }
  }

  /// Characters of every plane, as many as fit into `units`.
  std::string ucs2_text(std::size_t units) {
    std::string text;
    while (units > 0) {
      const char32_t highest[] = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};
      const auto c = static_cast<char32_t>(1 + below(highest[below(4)]));
      if ((c >= 0xD800 && c < 0xE000) || c == 0xFEFF || c == 0xFFFE) continue;
      if (utf16_units(c) > units) break;
      units -= utf16_units(c);
      append_utf8(text, c);
    }
    return text;
  }

  std::string octets(std::size_t most) {
    std::string text(static_cast<std::size_t>(below(most + 1)), ' ');
    for (char& c : text) c = static_cast<char>(below(256));
    return text;
  }

  Shift shift() {
    const auto any = [&] {
      return coin() ? Language::none : language_of(static_cast<std::uint8_t>(below(14)));
    };
    Shift shift{any(), any()};
    if (shift.locking == Language::spanish) shift.locking = Language::none;  // it has no such table
    return shift;
  }

  UserDataHeader header(Shift shift) {
    UserDataHeader header{.shift = shift};
    if (coin()) {
      const int total = 1 + below(255);
      header.concat = coin()
                          ? Concat{below(256), 8, 1 + below(static_cast<std::size_t>(total)), total}
                          : Concat{below(65536), 16, total, total};
    }
    if (below(4) == 0) header.ports = Ports{below(65536), below(65536), 16};
    if (below(4) == 0) header.ports = Ports{below(256), below(256), 8};
    if (below(8) == 0) header.others = {{0x70, {1, 2, 3}}, {0x0A, {}}};
    return header;
  }

 private:
  std::mt19937 random_;
};

Submit any_part(Dice& dice) {
  Submit submit{.to = dice.coin() ? "+989121234567" : "3*0#"};
  submit.alphabet = static_cast<Alphabet>(dice.below(3));
  submit.header = dice.header(submit.alphabet == Alphabet::gsm7 ? dice.shift() : Shift{});
  const std::size_t front = header_octets(submit.header).size();
  switch (submit.alphabet) {
    case Alphabet::gsm7:
      submit.text = dice.gsm7_text(
          submit.header.shift,
          static_cast<std::size_t>(dice.below(room_beside(front, Alphabet::gsm7) + 1)));
      break;
    case Alphabet::ucs2:
      submit.text = dice.ucs2_text(
          static_cast<std::size_t>(dice.below(room_beside(front, Alphabet::ucs2) + 1)));
      break;
    case Alphabet::octets: submit.text = dice.octets(user_data_octets - front); break;
  }
  submit.report = dice.coin();
  submit.reject_duplicates = dice.coin();
  submit.reply_path = dice.coin();
  submit.pid = dice.below(256);
  submit.tp_mr = dice.below(256);
  if (dice.coin()) submit.message_class = dice.below(4);
  if (dice.coin()) submit.smsc = "+4912345";
  if (dice.coin()) submit.validity = validity_of(static_cast<std::uint8_t>(dice.below(256)));
  return submit;
}

}  // namespace

TEST_CASE("any part in any alphabet, table and header is read as it was written") {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    const Submit submit = any_part(dice);
    const auto pdu = encode(submit);
    REQUIRE(pdu.has_value());
    REQUIRE(decode_submit(pdu->hex).value() == submit);

    Deliver deliver{.smsc = "", .from = {"Bank {3}", Address::Kind::alphanumeric}};
    deliver.alphabet = submit.alphabet;
    deliver.header = submit.header;
    deliver.message_class = submit.message_class;
    if (submit.alphabet == Alphabet::octets) {
      deliver.data.assign(submit.text.begin(), submit.text.end());
    } else {
      deliver.text = submit.text;
    }
    const auto received = decode_deliver(encode_deliver(deliver).value());
    REQUIRE(received.has_value());
    REQUIRE(received->from == deliver.from);
    REQUIRE(received->header == deliver.header);
    REQUIRE(received->text == deliver.text);
    if (!deliver.text) REQUIRE(received->data == deliver.data);
  }
}

TEST_CASE("one character more than a part holds is refused, whatever its header") {
  for (unsigned seed = 0; seed < 1000; ++seed) {
    CAPTURE(seed);
    Dice dice(seed);
    Submit submit{.to = "1", .alphabet = dice.coin() ? Alphabet::gsm7 : Alphabet::ucs2};
    submit.header = dice.header(submit.alphabet == Alphabet::gsm7 ? dice.shift() : Shift{});
    const std::size_t front = header_octets(submit.header).size();
    submit.text = std::string(room_beside(front, submit.alphabet), '5');
    REQUIRE(encode(submit).has_value());
    REQUIRE(decode_submit(encode(submit)->hex).value() == submit);
    submit.text += '5';
    REQUIRE(encode(submit).error() == EncodeError{EncodeError::Fault::too_long, "TP-UD"});
  }
}
