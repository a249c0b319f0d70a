#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "at/character_set.hpp"
#include "at/dialogue.hpp"

/// USSD as AT+CUSD carries it (TS 27.007 §7.15). Its text does not follow its data coding scheme:
/// with the same one, modems print plain text, packed GSM 7-bit in hex, or UCS-2 in hex.
namespace bank::at {

/// How a modem carries texts, both ways. `automatic` is for one that nobody knows: what may be
/// both is told apart by what it says, and digits alone are taken as they stand. `ucs2` is for
/// AT+CSCS="UCS2", under which all texts are hex whatever the scheme says.
enum class UssdForm { automatic, plain, packed, ucs2 };

/// <m>
enum class UssdStatus { done, reply_expected, terminated, other_client, not_supported, timed_out };

/// "done", "reply_expected", …
[[nodiscard]] std::string_view name_of(UssdStatus status);

/// How a text was found to be carried: as text, or in hex as GSM 7-bit, octets (of ASCII) or UCS-2.
enum class UssdEncoding { plain, gsm7_packed_hex, octets_hex, ucs2_hex };

/// "plain", "gsm7_packed_hex", …
[[nodiscard]] std::string_view name_of(UssdEncoding encoding);

struct UssdAnswer {
  UssdStatus status;
  std::optional<int> dcs{};           // 0 to 255
  std::optional<std::string> text{};  // UTF-8 with its line ends; null where none came along
  UssdEncoding encoding = UssdEncoding::plain;

  friend bool operator==(const UssdAnswer&, const UssdAnswer&) = default;
};

inline constexpr std::size_t longest_ussd_text = 1024;  // octets of UTF-8; longer is cut
inline constexpr std::size_t longest_ussd = 160;  // octets on the air (TS 29.002, USSD-String)

/// Reads "+CUSD: m[,\"text\"[,dcs]]": over several lines, with quotes inside, without quotes, and
/// where modem or length cut the closing one. `set` is AT+CSCS, of which plain texts are. Hex that
/// contradicts `form` is read as it stands, but UCS-2 by its scheme is read in every form. The
/// padding at the end of GSM 7-bit text and a language in front of it are taken off (TS 23.038
/// §6.1.2.3.1, §5). Nullopt for other lines and without a known <m>.
[[nodiscard]] std::optional<UssdAnswer> ussd_answer(std::string_view line,
                                                    UssdForm form = UssdForm::automatic,
                                                    std::optional<CharacterSet> set = {});

/// The one of several lines that counts: the network's text, not the "terminated" before or after
/// it.
[[nodiscard]] std::optional<UssdAnswer> ussd_answer(const Reply& lines,
                                                    UssdForm form = UssdForm::automatic,
                                                    std::optional<CharacterSet> set = {});

/// 15, the language not told, in which all modems take a request; 72 for UCS-2.
[[nodiscard]] constexpr int usual_ussd_dcs(UssdForm form) {
  return form == UssdForm::ucs2 ? 72 : 15;
}

/// The command that asks, or that answers a menu, e.g. `AT+CUSD=1,"*100#",15`; without the scheme
/// where `dcs` is null, which some modems want. `automatic` writes plain text. Nullopt where the
/// form cannot carry the text: nothing, more than `longest_ussd` octets, not UTF-8, in plain form
/// anything but printable ASCII or a quote, packed what GSM 7-bit lacks.
[[nodiscard]] std::optional<std::string> ussd_request(std::string_view utf8, UssdForm form,
                                                      std::optional<int> dcs);

/// Ends a dialogue that waits for an answer, and would block the next.
inline constexpr std::string_view ussd_cancel = "AT+CUSD=2";

}  // namespace bank::at
