#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules of SIMCom for GSM alone: SIM300, SIM600, SIM800, SIM900 and their kin.
constexpr Profile simcom_2g{
    .name = "simcom_2g",
    // By their hundreds, for SIM82xx and SIM83xx are of the fifth generation.
    .marks = {{{"simcom", "SIM80"},
               {"simcom", "SIM84"},
               {"simcom", "SIM86"},
               {"simcom", "SIM90"},
               {"simcom", "SIM96"},
               {"simcom", "SIM3"},
               {"simcom", "SIM6"},
               {"simcom", "SIMCOM_SIM80"},
               {"simcom", "SIMCOM_SIM84"},
               {"simcom", "SIMCOM_SIM86"},
               {"simcom", "SIMCOM_SIM90"},
               {"simcom", "SIMCOM_SIM96"},
               {"simcom", "SIMCOM_SIM3"},
               {"simcom", "SIMCOM_SIM6"}}},
    .init = {"AT+CSCLK=0",   // no sleep, which swallows the first octets
             "AT+CIURC=1"},  // tells "Call Ready"
    .iccid = {"AT+CCID"},
    .pin_tries = {"AT+SPIC"},              // OF
    .notify = {"2,1,0,1,0", "1,1,0,1,0"},  // mode 1: OF
    .receive_in = {"SM"},
    .voltage = "AT+CBC",  // below what a burst of 2 A needs, it restarts
    .lamp = {"AT+CNETLIGHT=0", "AT+CNETLIGHT=1"},
    // SIM800 and SIM900 take and give text in the set, SIM300D packed hex (GAM).
    .ussd_charset = "GSM",
    .quirks = {Quirk::deletes_siblings},  // SIM600 (SMT)
    .quirk_count = 1,
};

}  // namespace bank::modem::families
