// Data: the words that people opt out, opt in and ask for help with. Every list is a beginning that
// an operator adds to and takes from.
#include <algorithm>

#include "scheduler/keywords.hpp"

namespace bank::scheduler {
namespace {

struct Words {
  std::string_view language;
  Wish wish;
  bool is_phrase;
  std::string_view list;  // parted by '|'
};

constexpr Wish out = Wish::opt_out, in = Wish::opt_in, help = Wish::help;

constexpr Words all[] = {
    {"en", out, false,
     "stop|stopall|stop all|unsubscribe|cancel|end|quit|revoke|optout|opt out|remove|unsub|r|t|n"},
    {"en", in, false, "start|unstop|yes|join|subscribe"},
    {"en", help, false, "help|info"},
    {"en", out, true,
     "remove me|take me off|wrong number|do not text me|don't text me|dont text me|stop texting|"
     "stop messaging|no more messages|no more texts|leave me alone"},
    {"fa", out, false, "11|لغو|لغو 11|off|خاموش|انصراف|حذف|عدم دریافت|نفرست|توقف|کنسل"},
    {"fa", in, false, "12|فعال|عضویت|شروع"},
    {"fa", help, false, "راهنما|کمک"},
    {"fa", out, true,
     "دیگه پیام نده|دیگر پیام ندهید|پیام نده|پیام ندهید|پیام نفرست|پیام نفرستید|"
     "دیگه نفرست|دیگر نفرستید|مزاحم نشوید|مزاحم نشو|اشتباه گرفتید|شماره اشتباه"},
    {"zh-Hans", out, false, "退订|拒收|取消|停止|不要再发|td|r|t|n"},
    {"zh-Hans", in, false, "订阅|恢复"},
    {"zh-Hans", help, false, "帮助"},
    {"zh-Hans", out, true, "不要再发|别再发|别发了|不要发|打错了|发错了"},
    {"zh-Hant", out, false, "退訂|拒收|取消|停止|不要再發"},
    {"zh-Hant", in, false, "訂閱|恢復"},
    {"zh-Hant", help, false, "幫助"},
    {"zh-Hant", out, true, "不要再發|別再發|別發了|不要發|打錯了|發錯了"},
    {"vi", out, false, "tc|tc1|tc2|tc3|hủy|huỷ|từ chối|dừng"},
    {"vi", in, false, "dk|đăng ký"},
    {"vi", help, false, "trợ giúp|hd"},
    {"vi", out, true, "đừng nhắn|đừng gửi|không nhận tin|nhầm số"},
    {"es", out, false, "baja|alto|parar|cancelar|salir|stop"},
    {"es", in, false, "alta|inicio|si"},
    {"es", help, false, "ayuda"},
    {"es", out, true, "no me escriba|no más mensajes|número equivocado"},
    {"fr", out, false, "stop|arrêt|arrete|arrett|désabonner"},
    {"fr", in, false, "start|oui"},
    {"fr", help, false, "aide"},
    {"fr", out, true, "plus de messages|ne m'écrivez plus|faux numéro|mauvais numéro"},
    {"de", out, false, "stopp|stop|abmelden|ende"},
    {"de", in, false, "start|anmelden"},
    {"de", help, false, "hilfe"},
    {"de", out, true, "keine nachrichten|keine sms|falsche nummer|nicht mehr schreiben"},
    {"pt", out, false, "sair|pare|parar|cancelar|remover"},
    {"pt", in, false, "voltar|sim"},
    {"pt", help, false, "ajuda"},
    {"pt", out, true, "não quero receber|número errado|pare de enviar"},
    {"ar", out, false, "الغاء|إلغاء|توقف|ايقاف|قف|0"},
    {"ar", in, false, "اشتراك|ابدأ"},
    {"ar", help, false, "مساعدة"},
    {"ar", out, true, "لا ترسل|رقم خاطئ|رقم غلط"},
    {"tr", out, false, "ret|iptal|dur|çık"},
    {"tr", in, false, "evet|abone"},
    {"tr", help, false, "yardım"},
    {"tr", out, true, "mesaj atmayın|mesaj göndermeyin|yanlış numara"},
    {"ru", out, false, "стоп|отписка|отписаться|отмена"},
    {"ru", in, false, "старт|да"},
    {"ru", help, false, "помощь"},
    {"ru", out, true, "не пишите|не присылайте|ошиблись номером"},
    {"hi", out, false, "रोकें|बंद|stop"},
    {"hi", in, false, "शुरू"},
    {"hi", help, false, "मदद"},
    {"hi", out, true, "मैसेज मत भेजो|गलत नंबर"},
    {"id", out, false, "stop|berhenti|unreg|keluar"},
    {"id", in, false, "daftar|mulai|ya"},
    {"id", help, false, "bantuan"},
    {"id", out, true, "jangan kirim|salah nomor"},
    {"it", out, false, "stop|ferma|annulla"},
    {"nl", out, false, "stop|afmelden"},
    {"pl", out, false, "stop|wypisz"},
    {"sv", out, false, "stopp|stop|avreg"},
    {"no", out, false, "stopp|stop|avreg"},
    {"ja", out, false, "停止|配信停止"},
    {"ko", out, false, "수신거부"},
    {"th", out, false, "ยกเลิก"},
    {"uk", out, false, "стоп"},
};

}  // namespace

std::vector<Keyword> first_keywords() {
  std::vector<Keyword> keywords;
  for (const auto& words : all) {
    std::string_view rest = words.list;
    while (!rest.empty()) {
      const std::string_view one = rest.substr(0, rest.find('|'));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      keywords.push_back(
          {std::string(words.language), words.wish, std::string(one), words.is_phrase});
    }
  }
  return keywords;
}

}  // namespace bank::scheduler
