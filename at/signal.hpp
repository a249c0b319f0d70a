#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bank::at {

/// "+CSQ: rssi,ber" (TS 27.007 §8.5). Null where the modem does not know: 99, 199, out of range.
struct SignalQuality {
  std::optional<int> rssi{};  // 0 to 31, or 100 to 191 (TD-SCDMA)
  std::optional<int> ber{};   // 0 to 7
  std::optional<int> dbm{};

  friend bool operator==(const SignalQuality&, const SignalQuality&) = default;
};

/// Also what makers say of it by themselves: ^RSSI, _OSIGQ, +QIND: "csq". Nullopt: no <rssi> in it.
[[nodiscard]] std::optional<SignalQuality> signal_quality(std::string_view line);

/// "+CESQ: rxlev,ber,rscp,ecno,rsrq,rsrp[,ss_rsrq,ss_rsrp,ss_sinr]" (TS 27.007 §8.69) in dBm and
/// dB, the lower end of each step; null where not known.
struct ExtendedSignal {
  std::optional<int> rxlev_dbm{};
  std::optional<int> ber{};
  std::optional<int> rscp_dbm{};
  std::optional<double> ecno_db{};
  std::optional<double> rsrq_db{};
  std::optional<int> rsrp_dbm{};
  std::optional<double> ss_rsrq_db{};
  std::optional<int> ss_rsrp_dbm{};
  std::optional<double> ss_sinr_db{};

  friend bool operator==(const ExtendedSignal&, const ExtendedSignal&) = default;
};
[[nodiscard]] std::optional<ExtendedSignal> extended_signal(std::string_view cesq_line);

/// "^HCSQ: \"LTE\",30,30,58,20": the mode and its numbers as Huawei counts them.
struct HuaweiSignal {
  std::string mode;  // "NOSERVICE", "GSM", "WCDMA", "LTE", …
  std::vector<int> values{};
  std::optional<int> dbm{};  // RSSI of GSM, RSCP of WCDMA, RSRP of LTE and NR

  friend bool operator==(const HuaweiSignal&, const HuaweiSignal&) = default;
};
[[nodiscard]] std::optional<HuaweiSignal> huawei_signal(std::string_view hcsq_line);

/// dBm from any of these lines, and from ^CSNR; of +CESQ the best kind of network it tells. Null
/// when unknown.
[[nodiscard]] std::optional<int> signal_dbm(std::string_view line);

}  // namespace bank::at
