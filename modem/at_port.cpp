#include "modem/at_port.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace bank::modem {
namespace {

struct Model {
  std::uint16_t vid, pid;
  int at;  // -1: not known
  bool bridge;
  std::uint16_t also, data, never;  // interfaces, by bits
};
constexpr Model models[] = {
#include "modem/usb_models.inc"
};
constexpr bool comes_before(const Model& a, const Model& b) {
  return std::tie(a.vid, a.pid) < std::tie(b.vid, b.pid);
}
static_assert(std::is_sorted(std::begin(models), std::end(models), comes_before));

const Model* model_of(std::uint16_t vid, std::uint16_t pid) {
  const Model wanted{vid, pid, -1, false, 0, 0, 0};
  const auto* found = std::lower_bound(std::begin(models), std::end(models), wanted, comes_before);
  return found != std::end(models) && !comes_before(wanted, *found) ? found : nullptr;
}

struct BridgeDriver {
  std::string_view name;
  bool many_lines;
};
constexpr std::array bridge_drivers{
    BridgeDriver{"ch341-uart", false},      BridgeDriver{"cp210x", false},
    BridgeDriver{"f81232", false},          BridgeDriver{"f81534", true},
    BridgeDriver{"ftdi_sio", false},        BridgeDriver{"mos7720", true},
    BridgeDriver{"mos7840", true},          BridgeDriver{"mxuport", true},
    BridgeDriver{"pl2303", false},          BridgeDriver{"quatech2", true},
    BridgeDriver{"ti_usb_3410_5052", true}, BridgeDriver{"xr_serial", false},
};

constexpr std::uint16_t huawei = 0x12d1;
constexpr std::uint8_t communications = 0x02;    // USB CDC 1.2 §4.2
constexpr std::uint8_t abstract_control = 0x02;  // §4.3
constexpr std::uint8_t at_commands = 0x01;       // §4.4: V.250
constexpr std::uint8_t vendors_own = 0xff;

/// The order of trying.
enum class Rank { by_descriptor, by_model, by_bridge, second, standard, unknown, data, never };

bool has(std::uint16_t interfaces, std::uint8_t interface) {
  return interface < 16 && ((interfaces >> interface) & 1U) != 0;
}

/// Huawei's interfaces say what they are: protocol 1 is the modem (data), 2 takes AT commands. The
/// numbers of its models hold where they say nothing (ff), as the old ones do: others are numbered
/// anew with every firmware.
std::optional<Rank> rank_of_huawei(const UsbPort& port) {
  if (port.interface_class == vendors_own && (port.subclass == 1 || port.subclass == 2)) {
    if (port.protocol == 2) return Rank::by_descriptor;
    if (port.protocol == 1) return Rank::data;
  }
  if (port.protocol != vendors_own) return Rank::unknown;
  return std::nullopt;
}

Rank rank_of(const UsbModem& modem, const UsbPort& port, const Model* model) {
  if (serial_bridge(modem.vid, modem.pid, port.driver)) return Rank::by_bridge;
  if (modem.vid == huawei) {
    if (const auto rank = rank_of_huawei(port)) return *rank;
  }
  if (model != nullptr) {
    if (model->at == port.interface) return Rank::by_model;
    if (has(model->never, port.interface)) return Rank::never;
    if (has(model->also, port.interface)) return Rank::second;
    if (has(model->data, port.interface)) return Rank::data;
  }
  if (port.interface_class == communications && port.subclass == abstract_control &&
      port.protocol == at_commands) {
    return Rank::standard;
  }
  return Rank::unknown;
}

struct Ranked {
  Rank rank;
  std::size_t index;
};
/// Those that may be written to, best first.
std::vector<Ranked> ranked(const UsbModem& modem) {
  const Model* const model = model_of(modem.vid, modem.pid);
  std::vector<Ranked> order;
  for (std::size_t i = 0; i < modem.ports.size(); ++i) {
    const Rank rank = rank_of(modem, modem.ports[i], model);
    if (rank != Rank::never) order.push_back({rank, i});
  }
  std::stable_sort(order.begin(), order.end(),
                   [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
  return order;
}

}  // namespace

std::optional<SerialBridge> serial_bridge(std::uint16_t vid, std::uint16_t pid,
                                          std::string_view driver) {
  const auto found =
      std::find_if(bridge_drivers.begin(), bridge_drivers.end(),
                   [&](const BridgeDriver& bridge) { return bridge.name == driver; });
  if (found != bridge_drivers.end()) return SerialBridge{found->many_lines};
  const Model* const model = model_of(vid, pid);
  if (model != nullptr && model->bridge) return SerialBridge{false};
  return std::nullopt;
}

std::vector<std::size_t> at_port_order(const UsbModem& modem) {
  std::vector<std::size_t> indices;
  for (const Ranked& port : ranked(modem)) indices.push_back(port.index);
  return indices;
}

AtPortKnownBy at_port_known_by(const UsbModem& modem) {
  const auto order = ranked(modem);
  if (order.empty()) return AtPortKnownBy::nobody;
  switch (order.front().rank) {
    case Rank::by_descriptor: return AtPortKnownBy::descriptor;
    case Rank::by_model: return AtPortKnownBy::model;
    case Rank::by_bridge: return AtPortKnownBy::bridge;
    case Rank::second:
    case Rank::standard:
    case Rank::unknown:
    case Rank::data:
    case Rank::never: break;
  }
  return AtPortKnownBy::nobody;
}

}  // namespace bank::modem
