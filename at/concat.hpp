#pragma once

namespace bank::at {

/// Which part of how many a PDU is (TS 23.040 §9.2.3.24.1 and .8).
struct Concat {
  int ref;    // 0 to 255, or to 65535 where bits is 16
  int bits;   // 8 or 16: the width of the reference, part of what tells two messages apart
  int seq;    // 1 to total
  int total;  // 1 to 255

  friend bool operator==(const Concat&, const Concat&) = default;
};

}  // namespace bank::at
