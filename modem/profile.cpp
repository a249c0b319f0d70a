#include "modem/profile.hpp"

#include <algorithm>

#include "at/fields.hpp"
#include "modem/profiles/families.hpp"

namespace bank::modem {
namespace {

/// Special families stand before those that would take their modems as well.
constexpr std::array families_in_order{
    &families::huawei_brovi,  &families::huawei,
    &families::icera,  // before ZTE and Option
    &families::zte,           &families::qualcomm_m6280,
    &families::quectel_2g,  // before all others of Quectel
    &families::quectel_lte,
    &families::simcom_2g,  // before all others of SIMCom
    &families::simcom_lte,
    &families::wavecom,  // before Sierra Wireless, who bought it
    &families::cinterion,     &families::telit,          &families::ublox,
    &families::sierra,        &families::option,         &families::novatel,
    &families::sony_ericsson,  // before Ericsson
    &families::ericsson,      &families::nokia,          &families::mediatek,
    &families::motorola,      &families::samsung,
};

/// A shorter beginning says too little where the maker is not told.
constexpr std::size_t shortest_model_alone = 3;

constexpr char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool are_same_letters(char a, char b) {
  return lower(a) == lower(b);
}

bool contains(std::string_view text, std::string_view piece) {
  return std::search(text.begin(), text.end(), piece.begin(), piece.end(), are_same_letters) !=
         text.end();
}

bool begins_with(std::string_view text, std::string_view beginning) {
  return text.size() >= beginning.size() &&
         std::equal(beginning.begin(), beginning.end(), text.begin(), are_same_letters);
}

bool fits(const Profile::Mark& mark, std::string_view maker, std::string_view model) {
  if (maker.empty() && mark.model.size() < shortest_model_alone) return false;
  const bool maker_fits = maker.empty() || mark.maker.empty() || contains(maker, mark.maker);
  return maker_fits && begins_with(model, mark.model);
}

bool fits(const Profile& profile, std::string_view maker, std::string_view model) {
  for (const auto& mark : profile.marks) {
    if (mark.maker.empty() && mark.model.empty()) break;
    if (fits(mark, maker, model)) return true;
  }
  return false;
}

bool is_of(const Profile& profile, Profile::UsbId usb) {
  return usb.vendor != 0 &&
         std::any_of(profile.usb.begin(), profile.usb.end(), [&](const Profile::UsbId& known) {
           return known.vendor == usb.vendor && known.product == usb.product;
         });
}

}  // namespace

const Profile& generic_profile() {
  return families::generic;
}

std::span<const Profile* const> profiles() {
  return families_in_order;
}

const Profile& profile_of(std::string_view maker, std::string_view model, std::string_view firmware,
                          Profile::UsbId usb) {
  maker = at::trimmed(maker);
  model = at::trimmed(model);
  if (model.empty()) model = at::trimmed(firmware);
  for (const Profile* const profile : profiles()) {
    if (fits(*profile, maker, model)) return *profile;
    if (usb.product != 0 && is_of(*profile, usb)) return *profile;
  }
  for (const Profile* const profile : profiles()) {
    if (is_of(*profile, {usb.vendor, 0})) return *profile;
  }
  return generic_profile();
}

const Profile* profile_named(std::string_view name) {
  if (name == generic_profile().name) return &generic_profile();
  const auto found = std::find_if(profiles().begin(), profiles().end(),
                                  [&](const Profile* profile) { return profile->name == name; });
  return found == profiles().end() ? nullptr : *found;
}

std::string answer_prefix(std::string_view command) {
  const auto end = command.find_first_of("=?");
  return std::string(command.substr(2, end == std::string_view::npos ? end : end - 2)) + ":";
}

std::string_view name_of(Quirk quirk) {
  switch (quirk) {
    case Quirk::sends_only: return "sends_only";
    case Quirk::lists_unreliably: return "lists_unreliably";
    case Quirk::deletes_siblings: return "deletes_siblings";
    case Quirk::keeps_no_link: return "keeps_no_link";
    case Quirk::takes_all_stores: return "takes_all_stores";
    case Quirk::no_ussd_cancel: return "no_ussd_cancel";
    case Quirk::resets_on_silence: return "resets_on_silence";
    case Quirk::is_slow_to_start: return "is_slow_to_start";
  }
  return "";
}

}  // namespace bank::modem
