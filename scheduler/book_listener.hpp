#pragma once

#include <string>
#include <variant>
#include <vector>

#include "scheduler/inbound.hpp"
#include "scheduler/message.hpp"

namespace bank::scheduler {

/// What a transaction changed, in order: messages whose state is another one (each once, at its
/// first), what came in, and numbers of which a suppression was given or lifted.
using BookChange = std::variant<MessageId, InboundId, std::string>;

/// Whoever wants to know what happens, on the writer's thread.
class BookListener {
 public:
  virtual ~BookListener() = default;
  /// Asked at each change: while it says no, nothing is remembered.
  [[nodiscard]] virtual bool is_listening() const noexcept = 0;
  /// Inside the transaction, which shows all of it. May throw DatabaseError: then it never was.
  virtual void changed(const std::vector<BookChange>& changes) = 0;
  /// Another transaction begins: of an earlier one that was not committed nothing happened.
  virtual void begun() noexcept = 0;
  /// What was told since `begun` is on the disk.
  virtual void committed() noexcept = 0;
};

}  // namespace bank::scheduler
