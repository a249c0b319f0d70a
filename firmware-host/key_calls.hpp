#pragma once

#include <functional>
#include <utility>

#include "firmware-host/admin_socket.hpp"
#include "firmware-host/book_calls.hpp"
#include "web/key_door.hpp"

namespace bank::host {

/// API keys are made and revoked as at the command line, whoever asks.
class KeyCalls final : public web::KeyDoor {
 public:
  /// Asks as the admin socket does; from any thread.
  using Ask = std::function<void(AdminRequest, std::string by, AdminServer::Answer)>;

  KeyCalls(BookCalls& book, Ask ask) : book_(book), ask_(std::move(ask)) {}

  std::vector<scheduler::ApiKey> keys(scheduler::KeyId after, std::size_t limit) override;
  void create(web::KeyWanted wanted, std::string by,
              web::Answered<std::variant<scheduler::ApiKey, web::KeyFlaw>> answered) override;
  void revoke(scheduler::KeyId id, std::string by, web::Answered<bool> answered) override;

 private:
  BookCalls& book_;
  Ask ask_;
};

}  // namespace bank::host
