#pragma once

#include "modem/profile.hpp"

/// One family a file. In their comments stands where a fact was read, as the field guide names its
/// sources: MM is ModemManager, OF oFono, GAM gammu (GAM#829: its issue 829), PGM python-gsmmodem
/// (FPG where it was forked from), CQ and RCQ asterisk-chan-quectel, WAD wader, KAN kannel, SMT
/// smstools3, FL smslib of FrontlineSMS, TG TinyGSM, GTC GSM-TC35-Python-Library. What has no such
/// key is the makers' manuals' and was not tried: it does no harm where it is refused.
///
/// Nothing here outlives a restart of the modem, and nothing transmits or chooses bands.
namespace bank::modem::families {

extern const Profile huawei_brovi, huawei, icera, zte, qualcomm_m6280, quectel_2g, quectel_lte,
    simcom_2g, simcom_lte, wavecom, cinterion, telit, ublox, sierra, option, novatel, sony_ericsson,
    ericsson, nokia, mediatek, motorola, samsung, generic;

}  // namespace bank::modem::families
