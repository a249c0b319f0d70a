#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// TS 27.005 and TS 27.007 where they say something; what they leave to the makers, in the order
// that fits most modems. Every family falls back on it.
constexpr Profile generic{
    .name = "generic",
    // Only +CRSM (TS 27.007 §8.18) is of the standards: it reads the SIM's own file, EF-ICCID.
    .iccid = {"AT+CCID", "AT+ICCID", "AT+CICCID", "AT+QCCID", "AT^ICCID?", "AT^SCID", "AT#CCID",
              "AT+ZGETICCID", "AT!ICCID?", "AT+CRSM=176,12258,0,0,10"},
    .pin_tries = {"AT+CPINR"},  // TS 27.007 §8.65
    // Reports handed over, else stored; with <bfr> 1 where 0 is refused (GAM#1207); none at last.
    .notify = {"2,1,0,1,0", "2,1,0,2,0", "2,1,0,1,1", "2,1,0,2,1", "1,1,0,1,0", "2,1,0,0,0"},
    .receive_in = {"SM", "ME"},  // in the SIM, a message stays with whom it was sent to
    .sweep = {"SM", "ME", "SR"},
    .acknowledge = "AT+CNMA",  // TS 27.005 §3.4.4
    .voltage = "AT+CBC",       // TS 27.007 §8.4; many add the millivolts
};

}  // namespace bank::modem::families
