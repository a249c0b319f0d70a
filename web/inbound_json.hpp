#pragma once

#include "scheduler/inbound.hpp"
#include "web/json_text.hpp"

namespace bank::web {

/// What came in, as the API gives it: {"id","kind","from","from_type","to","sim","modem","text",
/// "data","received_at","sent_at","complete","parts","missing","class","mwi","ports","problem"}.
/// Every member is there; what is absent is null.
void append_inbound(JsonText& json, const scheduler::InboundView& inbound);

}  // namespace bank::web
