#pragma once

/// What modems answer, by subject. Every reader takes what stands in Line::text, in any spelling
/// that was seen of a modem, and never throws on any other: it gives nothing.
#include "at/access_technology.hpp"
#include "at/calls.hpp"
#include "at/character_set.hpp"
#include "at/clock.hpp"
#include "at/functionality.hpp"
#include "at/health.hpp"
#include "at/identity.hpp"
#include "at/message_lines.hpp"
#include "at/notification.hpp"
#include "at/operators.hpp"
#include "at/readiness.hpp"
#include "at/registration.hpp"
#include "at/signal.hpp"
#include "at/sim.hpp"
#include "at/storage.hpp"
#include "at/submission.hpp"
#include "at/telephone_number.hpp"
