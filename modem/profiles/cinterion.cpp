#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules of Siemens, later Cinterion, Gemalto, Thales: TC35, MC35i, MC55, MC75i, BGS2, EHS5, PLS8.
constexpr Profile cinterion{
    .name = "cinterion",
    .marks = {{{"siemens", ""},
               {"cinterion", ""},
               {"gemalto", ""},
               {"thales", ""},
               {"cinterion", "TC35"},
               {"cinterion", "MC35"},
               {"cinterion", "MC55"},
               {"cinterion", "MC75"},
               {"cinterion", "BGS"},
               {"cinterion", "EHS"},
               {"cinterion", "PLS"}}},
    .usb = {{{0x1e2d, 0}, {0x0681, 0}}},
    .init = {"AT^SMGO=1",   // tells when a store is full
             "AT^SCKS=1"},  // tells when a SIM comes or goes
    .iccid = {"AT^SCID"},
    .pin_tries = {"AT^SPIC"},  // OF
    // <bfr> is 1 alone. KAN: TC35 in mode 3; MC75i hands no reports over (GAM#1207); FL: TC35.
    .notify = {"2,1,0,1,1", "2,1,0,2,1", "3,1,0,1,1", "2,1,0,0,1"},
    .receive_in = {"SM", "MT"},  // never ME (GAM#1207)
    .sweep = {"MT", "SM"},       // MT is both SM and ME
    .service = "1",
    .acknowledge = "AT+CNMA=1",  // without a PDU (OF)
    .temperature = "AT^SCTM?",   // GTC; some tell a level only
    .voltage = "AT^SBV",
    .ussd = at::UssdForm::plain,
    .ussd_charset = "GSM",
    .quirks = {Quirk::is_slow_to_start},  // MM asks MV31 and MV32 ten times
    .quirk_count = 1,
};

}  // namespace bank::modem::families
