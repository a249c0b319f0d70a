#pragma once

#include <string>
#include <string_view>

namespace bank::program::test {

struct Script {
  std::string_view name;
  std::u16string_view sentence;
  std::size_t single;  // units (septets, UTF-16) of a message of one part
  std::size_t part;    // of each part of a longer one
};

/// GSM 7-bit with letters of its own and of its extension table; and three that need UCS-2, with a
/// joiner of no width, characters beyond the basic plane and letters of two marks.
inline constexpr Script scripts[] = {
    {"Latin", u"Grüße an Åsa & Ñuño: 5 € [heute] für 2? ¡Olé! ", 160, 153},
    {"Persian",
     u"سلام، پیام شما رسید؛ می‌توانید فردا ساعت ۹ "
     u"بیایید. ",
     70, 67},
    {"Chinese", u"您的验证码已发送,请勿告诉他人。𠮷野家等您😀。", 70, 67},
    {"Vietnamese", u"Đơn hàng của quý khách đã được giao, xin cảm ơn rất nhiều! ", 70, 67},
};

/// A text that no other `number` has, of `parts` parts in that script: half of the last is free.
inline std::u16string text_of(const Script& script, int number, int parts) {
  std::u16string text;
  for (const char digit : std::to_string(number) + ": ") text += static_cast<char16_t>(digit);
  const std::size_t wanted =
      parts == 1 ? script.single / 2
                 : static_cast<std::size_t>(parts - 1) * script.part + script.part / 2;
  // Sentences, and then as much of one as has room; a pair of surrogates stays whole.
  while (text.size() < wanted) text += script.sentence;
  text.resize(wanted);
  if (text.back() >= 0xD800 && text.back() < 0xDC00) text.pop_back();
  return text;
}

}  // namespace bank::program::test
