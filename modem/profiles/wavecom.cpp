#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// The modules of many pools: Wavecom Q24xx, Fastrack, GL6110, SL8084 (by then Sierra Wireless).
// They call all of themselves " MULTIBAND  900E  1800 " and know no UCS-2: only PDU mode will do.
constexpr Profile wavecom{
    .name = "wavecom",
    .marks = {{{"wavecom", ""},
               {"wavecom", "MULTIBAND"},
               {"wavecom", "Q24"},
               {"sierra", "GL6110"},
               {"sierra", "SL8084"}}},
    .init = {"AT+WIND=255"},  // +WIND: 0 to 12 tell of the SIM, of readiness and of the network
    .iccid = {"AT+CCID"},
    .notify = {"2,1,0,2,0", "1,1,0,2,0"},  // FL
    .receive_in = {"SM"},
    .sweep = {"SM", "SR"},  // Q24xx announce reports in SR (PGM)
    .reset = "AT+CFUN=1",   // is busy for seconds afterwards (FPG)
    .ussd_charset = "GSM",  // UCS-2 comes as hex that nothing marks
};

}  // namespace bank::modem::families
