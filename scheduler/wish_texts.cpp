// Data: what the program answers to those who opt out or in, and which language a country's people
// are answered in where their words do not tell.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "scheduler/wishes.hpp"

namespace bank::scheduler {
namespace {

constexpr std::string_view english = "en";

/// "{}" is the time. What stopped, when, and how to come back; nothing else.
struct Texts {
  std::string_view language;
  std::string_view all, promotional, back;
};

constexpr Texts texts[] = {
    {"en", "Since {} you get no more messages from us. To get them again, reply START.",
     "Since {} you get no more advertising from us. To get it again, reply START.",
     "You get our messages again. To stop them, reply STOP."},
    {"fa",
     "از {} دیگر پیامی از ما نمی‌گیرید. برای بازگشت: شروع",
     "از {} دیگر پیام تبلیغاتی نمی‌گیرید. برای بازگشت: "
     "شروع",
     "پیام‌های ما دوباره برای شما می‌آید. برای قطع: لغو"},
    {"zh-Hans", "自{}起，我们不再给您发送短信。恢复请回复：恢复",
     "自{}起，我们不再给您发送推广短信。恢复请回复：恢复", "已恢复向您发送短信。退订请回复：退订"},
    {"zh-Hant", "自{}起，我們不再傳送簡訊給您。恢復請回覆：恢復",
     "自{}起，我們不再傳送推廣簡訊給您。恢復請回覆：恢復", "已恢復傳送簡訊給您。退訂請回覆：退訂"},
    {"vi", "Tu {} ban khong nhan tin nhan cua chung toi nua. Nhan lai: soan DK",
     "Tu {} ban khong nhan tin quang cao cua chung toi nua. Nhan lai: soan DK",
     "Ban lai nhan tin nhan cua chung toi. Tu choi: soan TC"},
    {"es", "Desde {} no recibe más mensajes nuestros. Para recibirlos de nuevo: ALTA",
     "Desde {} no recibe más publicidad nuestra. Para recibirla de nuevo: ALTA",
     "Vuelve a recibir nuestros mensajes. Para no recibirlos: BAJA"},
    {"fr", "Depuis le {} vous ne recevez plus nos messages. Pour les recevoir : START",
     "Depuis le {} vous ne recevez plus notre publicité. Pour la recevoir : START",
     "Vous recevez de nouveau nos messages. Pour arrêter : STOP"},
    {"de", "Seit {} erhalten Sie keine Nachrichten mehr von uns. Wieder erhalten: START",
     "Seit {} erhalten Sie keine Werbung mehr von uns. Wieder erhalten: START",
     "Sie erhalten wieder Nachrichten von uns. Beenden: STOPP"},
    {"pt", "Desde {} não recebe mais mensagens nossas. Para voltar a receber: VOLTAR",
     "Desde {} não recebe mais publicidade nossa. Para voltar a receber: VOLTAR",
     "Volta a receber as nossas mensagens. Para parar: SAIR"},
    {"ar", "منذ {} لن تصلك رسائل منا. للعودة أرسل: اشتراك",
     "منذ {} لن تصلك إعلانات منا. للعودة أرسل: اشتراك",
     "ستصلك رسائلنا من جديد. للإيقاف أرسل: إلغاء"},
    {"tr", "{} itibariyla bizden mesaj almayacaksınız. Tekrar almak için: ABONE",
     "{} itibariyla bizden reklam almayacaksınız. Tekrar almak için: ABONE",
     "Mesajlarımızı yeniden alıyorsunuz. Durdurmak için: IPTAL"},
    {"ru", "С {} вы не получаете наших сообщений. Вернуть: СТАРТ",
     "С {} вы не получаете нашей рекламы. Вернуть: СТАРТ",
     "Вы снова получаете наши сообщения. Отказ: СТОП"},
    {"hi", "{} से आपको हमारे संदेश नहीं मिलेंगे। फिर पाने के लिए: शुरू",
     "{} से आपको हमारे विज्ञापन नहीं मिलेंगे। फिर पाने के लिए: शुरू",
     "आपको हमारे संदेश फिर मिलेंगे। रोकने के लिए: बंद"},
    {"id", "Sejak {} Anda tidak menerima pesan kami lagi. Terima lagi: DAFTAR",
     "Sejak {} Anda tidak menerima iklan kami lagi. Terima lagi: DAFTAR",
     "Anda menerima pesan kami lagi. Berhenti: BERHENTI"},
    {"it", "Dal {} non riceve più i nostri messaggi. Per riceverli: START",
     "Dal {} non riceve più la nostra pubblicità. Per riceverla: START",
     "Riceve di nuovo i nostri messaggi. Per fermarli: STOP"},
    {"nl", "Sinds {} krijgt u geen berichten meer van ons. Weer ontvangen: START",
     "Sinds {} krijgt u geen reclame meer van ons. Weer ontvangen: START",
     "U krijgt weer berichten van ons. Stoppen: STOP"},
    {"pl", "Od {} nie otrzymujesz naszych wiadomości. Powrót: START",
     "Od {} nie otrzymujesz naszych reklam. Powrót: START",
     "Znów otrzymujesz nasze wiadomości. Rezygnacja: STOP"},
    {"sv", "Från {} får du inga fler meddelanden från oss. För att få dem igen: START",
     "Från {} får du ingen mer reklam från oss. För att få den igen: START",
     "Du får våra meddelanden igen. För att sluta: STOPP"},
    {"no", "Fra {} får du ikke flere meldinger fra oss. For å få dem igjen: START",
     "Fra {} får du ikke mer reklame fra oss. For å få den igjen: START",
     "Du får meldingene våre igjen. For å stoppe: STOPP"},
    {"ja", "{}以降、当方からのメッセージは届きません。再開: START",
     "{}以降、当方からの広告は届きません。再開: START",
     "メッセージの配信を再開しました。停止: 停止"},
    {"ko", "{}부터 저희 메시지를 받지 않습니다. 다시 받기: START",
     "{}부터 저희 광고를 받지 않습니다. 다시 받기: START",
     "저희 메시지를 다시 받습니다. 중단: 수신거부"},
    {"th", "ตั้งแต่ {} คุณจะไม่ได้รับข้อความจากเราอีก รับอีกครั้ง: START",
     "ตั้งแต่ {} คุณจะไม่ได้รับโฆษณาจากเราอีก รับอีกครั้ง: START",  //
     "คุณจะได้รับข้อความจากเราอีกครั้ง หยุด: ยกเลิก"},
    {"uk", "З {} ви не отримуєте наших повідомлень. Повернути: СТАРТ",
     "З {} ви не отримуєте нашої реклами. Повернути: СТАРТ",
     "Ви знову отримуєте наші повідомлення. Відмова: СТОП"},
};

struct Country {
  std::string_view language;
  std::string_view codes;  // ISO 3166-1, parted by blanks
};

constexpr Country countries[] = {
    {"fa", "IR AF"},
    {"zh-Hans", "CN SG"},
    {"zh-Hant", "TW HK MO"},
    {"vi", "VN"},
    {"es", "ES MX AR BO CL CO CR CU DO EC GT HN NI PA PE PR PY SV UY VE GQ"},
    {"fr", "FR BE BF BI BJ CD CF CG CI CM GA GN HT LU MC MG ML NE SN TD TG RE GP MQ GF"},
    {"de", "DE AT CH LI"},
    {"pt", "PT BR AO CV GW MZ ST TL"},
    {"ar", "AE BH DZ EG IQ JO KW LB LY MA MR OM PS QA SA SD SY TN YE"},
    {"tr", "TR"},
    {"ru", "RU BY KZ KG"},
    {"hi", "IN"},
    {"id", "ID MY BN"},
    {"it", "IT SM VA"},
    {"nl", "NL SR"},
    {"pl", "PL"},
    {"sv", "SE"},
    {"no", "NO"},
    {"ja", "JP"},
    {"ko", "KR KP"},
    {"th", "TH"},
    {"uk", "UA"},
};

const Texts& texts_in(std::string_view language) {
  const auto found = std::find_if(std::begin(texts), std::end(texts),
                                  [&](const Texts& one) { return one.language == language; });
  return found == std::end(texts) ? texts[0] : *found;
}

std::string_view language_of(std::string_view country) {
  for (const auto& [language, codes] : countries) {
    if (country.size() == 2 && codes.find(country) != std::string_view::npos) return language;
  }
  return english;
}

}  // namespace

std::string_view language_for(const Reading& reading, std::string_view country) {
  const std::string_view spoken = language_of(country);
  const auto& languages = reading.languages;
  if (languages.empty()) return spoken;
  for (const std::string_view one : {spoken, english}) {
    if (std::find(languages.begin(), languages.end(), one) != languages.end()) return one;
  }
  return languages.front();
}

std::string answer_to_opt_out(std::string_view language, std::string_view scope,
                              std::string_view when) {
  const Texts& words = texts_in(language);
  std::string text(scope == "promotional" ? words.promotional : words.all);
  if (scope.starts_with(topic_scope)) {
    text = fmt::format("[{}] {}", scope.substr(topic_scope.size()), words.all);
  }
  constexpr std::string_view place = "{}";
  return text.replace(text.find(place), place.size(), when);
}

std::string answer_to_opt_in(std::string_view language) {
  return std::string(texts_in(language).back);
}

}  // namespace bank::scheduler
