#include "modem/profiles/families.hpp"

namespace bank::modem::families {

// Modules of Telit: GM862, GE86x, HE910, UE910, LE910.
constexpr Profile telit{
    .name = "telit",
    .marks = {{{"telit", ""},
               {"telit", "GM862"},
               {"telit", "GE86"},
               {"telit", "HE910"},
               {"telit", "UE910"},
               {"telit", "LE910"}}},
    .usb = {{{0x1bc7, 0}}},
    .init = {"AT#SELINT=2",           // the commands as its newest manual has them
             "AT#QSS=1", "AT#QSS=2",  // tells of the SIM; with 2 also when SMS is ready
             "AT+CSMP=49,167,0,0"},   // else no reports, not even in PDU mode (GAM#272)
    .ready = "AT#QSS?",
    .iccid = {"AT#CCID"},
    .pin_tries = {"AT#PCT"},  // OF
    .notify = {"2,1,0,1,0"},
    .temperature = "AT#TEMPMON=1",
    .reset = "AT#REBOOT",
    .ussd_charset = "GSM",                // HE910 (GAM)
    .quirks = {Quirk::is_slow_to_start},  // MM asks fourteen times
    .quirk_count = 1,
};

}  // namespace bank::modem::families
