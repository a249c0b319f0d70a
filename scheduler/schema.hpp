#pragma once

#include "store/migrations.hpp"

namespace bank::scheduler {

/// The tables of the message book as numbered migrations: what `store::migrate` makes of a file
/// before a Book may be opened on it.
[[nodiscard]] const store::Schema& schema();

}  // namespace bank::scheduler
