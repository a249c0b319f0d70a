#include "at/signal.hpp"

#include <cstddef>

#include "at/character_set.hpp"
#include "at/fields.hpp"

namespace bank::at {
namespace {

constexpr int highest_rssi = 31;
constexpr int highest_ber = 7;

std::optional<int> dbm_of(int rssi) {
  if (rssi <= highest_rssi) return -113 + 2 * rssi;
  if (rssi >= 100 && rssi <= 191) return rssi - 216;  // TD-SCDMA
  return std::nullopt;
}

std::optional<SignalQuality> quality(std::string_view rssi_field, std::string_view ber_field) {
  const auto rssi = number_in(rssi_field);
  if (!rssi) return std::nullopt;
  SignalQuality found;
  found.dbm = dbm_of(*rssi);
  if (found.dbm) found.rssi = rssi;
  found.ber = number_in(ber_field, highest_ber);
  return found;
}

/// A value counted in whole steps from `lowest`; 99 and 255 are above every highest.
std::optional<int> in_steps(std::string_view field, int highest, int lowest) {
  const auto value = number_in(field, highest);
  return value ? std::optional(lowest + *value) : std::nullopt;
}

std::optional<double> in_half_steps(std::string_view field, int highest, double lowest) {
  const auto value = number_in(field, highest);
  return value ? std::optional(lowest + 0.5 * *value) : std::nullopt;
}

/// Where the number stands that tells the strength of each mode, and what its 0 is.
struct HuaweiMode {
  std::string_view mode;
  std::size_t index;
  int lowest;
};
constexpr HuaweiMode huawei_modes[] = {
    {"GSM", 0, -121}, {"WCDMA", 1, -121}, {"TD-SCDMA", 1, -121}, {"LTE", 1, -141}, {"NR", 0, -157}};

std::optional<int> huawei_dbm(const HuaweiSignal& signal) {
  constexpr int not_known = 255;
  for (const auto& known : huawei_modes) {
    if (signal.mode != known.mode || known.index >= signal.values.size()) continue;
    const int value = signal.values[known.index];
    if (value < not_known) return known.lowest + value;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SignalQuality> signal_quality(std::string_view line) {
  for (const auto prefix : {"+CSQ:", "^RSSI:", "_OSIGQ:"}) {
    if (const auto values = after(prefix, line)) {
      const auto fields = plain_fields_of(*values);
      return quality(fields[0], fields[1]);
    }
  }
  if (const auto values = after("+QIND:", line)) {
    const auto fields = plain_fields_of(*values);
    if (unquoted(fields[0]) == "csq") return quality(fields[1], fields[2]);
  }
  return std::nullopt;
}

std::optional<ExtendedSignal> extended_signal(std::string_view cesq_line) {
  const auto values = after("+CESQ:", cesq_line);
  if (!values) return std::nullopt;
  const auto fields = plain_fields_of(*values);
  if (fields.size() < 6 || !number_in(fields[0])) return std::nullopt;
  return ExtendedSignal{.rxlev_dbm = in_steps(fields[0], 63, -111),
                        .ber = number_in(fields[1], highest_ber),
                        .rscp_dbm = in_steps(fields[2], 96, -121),
                        .ecno_db = in_half_steps(fields[3], 49, -24.5),
                        .rsrq_db = in_half_steps(fields[4], 34, -20),
                        .rsrp_dbm = in_steps(fields[5], 97, -141),
                        .ss_rsrq_db = in_half_steps(fields[6], 126, -43.5),
                        .ss_rsrp_dbm = in_steps(fields[7], 126, -157),
                        .ss_sinr_db = in_half_steps(fields[8], 127, -23.5)};
}

std::optional<HuaweiSignal> huawei_signal(std::string_view hcsq_line) {
  const auto values = after("^HCSQ:", hcsq_line);
  if (!values) return std::nullopt;
  const auto fields = plain_fields_of(*values);
  const auto words = words_of(fields[0]);
  if (words.size() != 1 || number_in(words[0]) || words[0].size() > longest_name) {
    return std::nullopt;
  }
  HuaweiSignal found{.mode = std::string(words[0])};
  for (std::size_t i = 1; i < fields.size(); ++i) {
    const auto value = number_in(fields[i], 255);
    if (!value) break;
    found.values.push_back(*value);
  }
  found.dbm = huawei_dbm(found);
  return found;
}

std::optional<int> signal_dbm(std::string_view line) {
  if (const auto quality = signal_quality(line)) return quality->dbm;
  if (const auto cesq = extended_signal(line)) {
    for (const auto& dbm : {cesq->ss_rsrp_dbm, cesq->rsrp_dbm, cesq->rscp_dbm, cesq->rxlev_dbm}) {
      if (dbm) return dbm;
    }
    return std::nullopt;
  }
  if (const auto huawei = huawei_signal(line)) return huawei->dbm;
  if (const auto csnr = after("^CSNR:", line)) {  // RSCP and Ec/Io as they are
    const auto rscp = signed_number_in(plain_fields_of(*csnr)[0], 200);
    if (rscp && *rscp < 0) return rscp;
  }
  return std::nullopt;
}

}  // namespace bank::at
