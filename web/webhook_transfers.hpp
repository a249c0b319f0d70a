#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "web/endpoint_address.hpp"
#include "web/webhook_schedule.hpp"

namespace bank::web {

/// What one attempt may take.
struct TransferLimits {
  std::chrono::milliseconds connect{5s};
  std::chrono::milliseconds total{15s};           // from the begin to the end of the answer
  std::size_t most_answer = 16 * 1024;            // octets of a body: the rest is not read
  std::size_t most_head = 64 * 1024;              // octets of the lines before it: no answer
  std::size_t kept_answer = longest_kept_answer;  // octets
};

/// POSTs to endpoints that nobody trusts, many at once, over connections that are kept: libcurl's
/// multi interface. Redirects are not followed, no proxy is asked, TLS is verified, and an address
/// is looked at when it is connected to, whatever its name was. Used by one thread, but for `wake`.
class WebhookTransfers {
 public:
  struct Request {
    std::uint64_t tag;  // gives it back
    std::string url;
    std::vector<std::string> headers;  // "webhook-id: evt_…"
    std::string body;
  };
  struct Ended {
    std::uint64_t tag;
    EndpointAnswer answer;
    std::string text;  // the begin of the body, printable
    std::chrono::milliseconds took;
  };

  explicit WebhookTransfers(AddressPolicy policy, const TransferLimits& limits = {});
  /// What is under way is broken off.
  ~WebhookTransfers();

  void begin(Request request);
  /// Goes on with all of them; those that ended. Waits until something moves, somebody calls `wake`
  /// or `most` has passed.
  [[nodiscard]] std::vector<Ended> wait(std::chrono::milliseconds most);
  [[nodiscard]] std::size_t under_way() const;
  /// From any thread.
  void wake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace bank::web
