#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "store/writer.hpp"
#include "web/metrics.hpp"
#include "web/webhook_rows.hpp"
#include "web/webhook_transfers.hpp"

namespace bank::web {

struct WebhookSenderOptions {
  AddressPolicy addresses{};
  TransferLimits limits{};
  std::function<WallTime()> now;  // from the sender's thread
  /// Told on the sender's thread when it cannot read or write; it goes on by itself.
  std::function<void(const store::Failure&)> on_failure{};
};

/// Tells subscribers what happened, on a thread of its own: reads what is due on a connection of
/// its own, POSTs it, and gives what came of it to the writer, in groups. Of one subscription and
/// conversation one is under way at a time, in order. What was under way at a crash is sent again,
/// with the same `webhook-id`.
class WebhookSender {
 public:
  static constexpr std::size_t most_of_one = 16;  // under way, to one endpoint
  /// Under way in all, of which one is kept for each subscription: those whose endpoint hangs do
  /// not hold up the others.
  static constexpr std::size_t most_under_way = 64;
  static constexpr std::size_t most_unwritten = 1024;  // results: nothing is begun beyond
  static constexpr std::size_t most_read = 128;        // deliveries of one subscription, at a time
  static constexpr std::size_t most_read_octets = 1024 * 1024;  // of their bodies

  /// `rows` and `writer` outlive it, `rows` also what `writer` has in hand. `database` is the file
  /// that they write.
  WebhookSender(const std::filesystem::path& database, store::Writer& writer, WebhookRows& rows,
                WebhookSenderOptions options);
  /// Stops.
  ~WebhookSender();

  // --- from any thread --------------------------------------------------------------------------
  /// Something may be due, or subscriptions were published: after the commit.
  void wake();
  /// The same, and there is something for WebhookRows::tidy.
  void tidy();
  /// When an endpoint that is left alone (Circuit) is tried again; nothing: it is not.
  [[nodiscard]] std::optional<WallTime> left_alone_until(WebhookId id) const;
  [[nodiscard]] std::vector<QueueFill> queues() const;

  /// Begins nothing, waits up to 2 s for what is under way, gives the results to the writer, and
  /// ends the thread. Twice does nothing.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bank::web
