// Table B: the codec beside those of two well-known libraries, window by window in turn, on the
// same PDUs and texts. One line of JSON a row: what each did in a second, a window each.
#include <fmt/format.h>

extern "C" {
#include <gammu-debug.h>
#include <gammu-error.h>
#include <gammu-message.h>
#include <gammu-unicode.h>
#include <osmocom/gsm/gsm_utils.h>
}

#include <time.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "at/deliver.hpp"
#include "at/dialogue.hpp"
#include "at/gsm7.hpp"
#include "at/split.hpp"
#include "at/submit.hpp"

namespace {

using namespace bank;

/// What a run of the work did, so that the compiler cannot leave it out.
std::size_t sink = 0;

/// A run of the work; gives how many units it did.
using Work = std::function<std::size_t()>;

/// Of this thread alone, so that others on the machine do not count.
double cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Units a second of CPU time.
double per_second(const Work& work, double seconds) {
  std::size_t units = 0;
  double elapsed = 0;
  for (const double begin = cpu_seconds(); elapsed < seconds; elapsed = cpu_seconds() - begin) {
    for (int i = 0; i < 16; ++i) units += work();
  }
  return static_cast<double>(units) / elapsed;
}

void must(bool works, const char* what) {
  if (works) return;
  std::fprintf(stderr, "bench_codec: %s\n", what);
  std::exit(1);
}

std::string list_of(const std::vector<double>& values) {
  return fmt::format("[{:.1f}]", fmt::join(values, ", "));
}

/// Both in turn; a row without a peer has an empty one.
void measure(const char* name, const Work& ours, const Work& peer, int windows, double seconds) {
  std::vector<double> our_rates;
  std::vector<double> peer_rates;
  for (int i = 0; i < windows; ++i) {
    our_rates.push_back(per_second(ours, seconds));
    if (peer) peer_rates.push_back(per_second(peer, seconds));
  }
  fmt::print("{{\"row\": \"{}\", \"ours\": {}, \"peer\": {}}}\n", name, list_of(our_rates),
             list_of(peer_rates));
  std::fflush(stdout);
}

// 160 septets, 70 units, a part of a long one in each alphabet, and an alphanumeric sender.
const std::vector<std::string>& received() {
  static const std::vector<std::string> pdus = [] {
    std::vector<std::string> written;
    const std::string latin =
        "Your parcel 4711 is on its way and will be with you between 14:00 and 16:00 today. "
        "Answer 1 to leave it with a neighbour, 2 to collect it yourself. Thank you, Post";
    const std::string persian =
        "سلام! بسته شما امروز بین ساعت ۱۴ و ۱۶ تحویل می‌شود. با تشکر "
        "از "
        "شما";
    for (const bool joined : {false, true}) {
      for (const bool ucs2 : {false, true}) {
        at::Deliver deliver{.smsc = "+989350001400",
                            .from = {"+989121234567", at::Address::Kind::international}};
        deliver.timestamp = at::ServiceCentreTime{
            std::chrono::sys_days{std::chrono::year{2026} / 11 / 26}, std::chrono::minutes{210}};
        deliver.alphabet = ucs2 ? at::Alphabet::ucs2 : at::Alphabet::gsm7;
        deliver.text = ucs2 ? persian : latin.substr(0, joined ? 153 : 160);
        if (joined) deliver.header.concat = at::Concat{7, 8, 1, 3};
        if (!joined && !ucs2) deliver.from = {"MyBank", at::Address::Kind::alphanumeric};
        const auto pdu = at::encode_deliver(deliver);
        must(pdu.has_value(), "a DELIVER cannot be written");
        written.push_back(*pdu);
      }
    }
    return written;
  }();
  return pdus;
}

std::size_t decode_ours() {
  for (const auto& hex : received()) {
    const auto deliver = at::decode_deliver(hex);
    sink += deliver->text->size();
  }
  return received().size();
}

std::size_t decode_gammu() {
  static const auto sms = std::make_unique<GSM_SMSMessage>();
  for (const auto& hex : received()) {
    unsigned char octets[200];
    std::size_t end = 0;
    must(DecodeHexBin(octets, reinterpret_cast<const unsigned char*>(hex.data()), hex.size()) != 0,
         "libgammu reads no hexadecimal");
    GSM_SetDefaultSMSData(sms.get());
    must(GSM_DecodePDUFrame(GSM_GetGlobalDebug(), sms.get(), octets, hex.size() / 2, &end, TRUE) ==
             ERR_NONE,
         "libgammu decodes no DELIVER");
    sink += static_cast<std::size_t>(sms->Length);
  }
  return received().size();
}

// One to four parts, in either alphabet.
const std::vector<std::string>& texts() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> made;
    for (const std::size_t parts : {1, 2, 3, 4}) {
      std::string latin;
      std::string persian;
      while (latin.size() < parts * 150) latin += "Pay 12.50 by Friday, please. ";
      for (std::size_t i = 0; i < parts * 4; ++i) persian += "سلام دوست عزیز ";
      made.push_back(latin.substr(0, parts * 150));
      made.push_back(persian);
    }
    return made;
  }();
  return all;
}

std::size_t encode_ours() {
  for (const auto& text : texts()) {
    auto split = at::split(text, at::Encoding::automatic);
    at::Submit submit{.to = "+989121234567", .alphabet = split->alphabet};
    const auto total = static_cast<int>(split->parts.size());
    for (int part = 1; part <= total; ++part) {
      submit.text = std::move(split->parts[static_cast<std::size_t>(part - 1)]);
      if (total > 1) submit.header.concat = at::Concat{7, 8, part, total};
      sink += at::encode(submit)->length;
    }
  }
  return texts().size();
}

std::size_t encode_gammu() {
  static const auto parts = std::make_unique<GSM_MultiSMSMessage>();
  static const auto unicode = std::make_unique<unsigned char[]>(4096);
  for (const auto& text : texts()) {
    static GSM_MultiPartSMSInfo info;
    GSM_ClearMultiPartSMSInfo(&info);
    DecodeUTF8(unicode.get(), text.data(), text.size());
    info.Class = -1;
    info.EntriesNum = 1;
    info.UnicodeCoding = static_cast<unsigned char>(text[0]) >= 0x80 ? TRUE : FALSE;
    info.Entries[0].ID = SMS_ConcatenatedTextLong;
    info.Entries[0].Buffer = unicode.get();
    must(GSM_EncodeMultiPartSMS(GSM_GetGlobalDebug(), &info, parts.get()) == ERR_NONE,
         "libgammu splits no text");
    for (int i = 0; i < parts->Number; ++i) {
      GSM_SMSMessage& sms = parts->SMS[i];
      static const unsigned char number[] =
          "\0+\0"
          "9\0"
          "8\0"
          "9\0"
          "1\0"
          "2\0"
          "1\0"
          "2\0"
          "3\0"
          "4\0"
          "5\0"
          "6\0"
          "7\0";
      sms.PDU = SMS_Submit;
      CopyUnicodeString(sms.Number, number);
      unsigned char frame[1000];
      char hex[2001];
      int length = 0;
      must(GSM_EncodeSMSFrame(GSM_GetGlobalDebug(), &sms, frame, PHONE_SMSSubmit, &length, TRUE) ==
               ERR_NONE,
           "libgammu encodes no SUBMIT");
      EncodeHexBin(hex, frame, static_cast<std::size_t>(length));
      sink += static_cast<std::size_t>(length);
    }
  }
  return texts().size();
}

struct Packed {
  std::vector<std::uint8_t> octets;
  std::size_t septets;
};

const Packed& packed() {
  static const Packed text = [] {
    const auto septets = at::septets_from_utf8(texts()[0] + "{€}[]~ ");
    Packed made{{}, septets->size()};
    at::append_packed(made.octets, *septets);
    return made;
  }();
  return text;
}

std::size_t unpack_ours() {
  sink += at::utf8_from_septets(*at::unpack(packed().octets, packed().septets)).size();
  return 1;
}

std::size_t unpack_osmocom() {
  char text[512];
  sink += static_cast<std::size_t>(gsm_7bit_decode_n(text, sizeof text, packed().octets.data(),
                                                     static_cast<std::uint8_t>(packed().septets)));
  return 1;
}

/// What a sending modem says: prompts, results, status reports and signals; in reads of 64 octets.
/// Counted are the octets that came in.
std::size_t dialogue_ours() {
  static const std::string result =
      "\r\n^RSSI: 17\r\n\r\n+CREG: 1,\"8BE3\",\"00002B5D\"\r\n\r\n+CMGS: 17\r\n\r\nOK\r\n"
      "\r\n+CDS: 25\r\n07914477397093990666" +
      std::string(46, 'A') + "\r\n\r\n+CMTI: \"SM\",3\r\n";
  static const std::string prompt = "\r\n> ";
  static at::Dialogue dialogue;
  at::Command command{"AT+CMGS=23", "+CMGS"};
  command.prompts = true;
  sink += dialogue.submit(command, {}).size();
  sink += dialogue.receive(prompt, {}).size();
  sink += dialogue.pay("0011000B91\x1A", std::chrono::seconds{120}, {}).size();
  constexpr std::size_t read = 64;
  for (std::size_t at = 0; at < result.size(); at += read) {
    sink += dialogue.receive(std::string_view(result).substr(at, read), {}).size();
  }
  must(dialogue.idle(), "the dialogue is not at its end");
  return prompt.size() + result.size();
}

}  // namespace

int main(int argc, char** argv) {
  const int windows = argc > 1 ? std::atoi(argv[1]) : 0;
  const double seconds = argc > 2 ? std::atof(argv[2]) : 0;
  if (windows <= 0 || seconds <= 0) {
    std::fprintf(stderr, "usage: bench_codec WINDOWS SECONDS\n");
    return 2;
  }
  GSM_InitLocales(nullptr);
  measure("B1", decode_ours, decode_gammu, windows, seconds);
  measure("B2", encode_ours, encode_gammu, windows, seconds);
  measure("B3", unpack_ours, unpack_osmocom, windows, seconds);
  measure("B4", dialogue_ours, nullptr, windows, seconds);
  return sink == 0 ? 1 : 0;
}
