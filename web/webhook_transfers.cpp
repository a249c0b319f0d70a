#include "web/webhook_transfers.hpp"

#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace bank::web {

namespace {

constexpr long most_connections_kept = 64;

/// Once in a program, before other threads ask curl anything.
void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) throw std::runtime_error("libcurl fails");
  });
}

/// What an endpoint said, fit for a log: control characters as \xNN; what is not ASCII is left.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet >= ' ' && octet != 0x7F) {
      result += c;
    } else if (c == '\n') {
      result += "\\n";
    } else {
      result += fmt::format("\\x{:02x}", octet);
    }
  }
  return result;
}

struct FreeEasy {
  void operator()(CURL* easy) const noexcept { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};

/// One POST under way.
struct Transfer {
  std::unique_ptr<CURL, FreeEasy> easy{curl_easy_init()};
  std::unique_ptr<curl_slist, FreeList> headers;
  WebhookTransfers::Request request;
  const TransferLimits* limits = nullptr;
  const AddressPolicy* policy = nullptr;
  std::string refused;  // why an address was not connected to
  std::string answer;
  std::size_t head = 0, body = 0;  // octets
  std::array<char, CURL_ERROR_SIZE> error{};
};

std::size_t take_head(char* /*line*/, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.head += size * count;
  return transfer.head > transfer.limits->most_head ? 0 : size * count;
}

std::size_t take_body(char* octets, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t came = size * count;
  transfer.body += came;
  const auto room = transfer.limits->kept_answer - transfer.answer.size();
  transfer.answer.append(octets, std::min(came, room));
  return transfer.body > transfer.limits->most_answer ? 0 : came;
}

curl_socket_t open_socket(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (auto flaw = flaw_of_address(address->addr, *transfer.policy)) {
    transfer.refused = std::move(*flaw);
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void prepare(Transfer& transfer) {
  CURL* easy = transfer.easy.get();
  curl_slist* list = nullptr;
  const auto& request = transfer.request;
  for (const auto& header : request.headers) list = curl_slist_append(list, header.c_str());
  list = curl_slist_append(list, "Content-Type: application/json");
  list = curl_slist_append(list, "Expect:");  // nothing is waited for before the body goes
  transfer.headers.reset(list);
  const auto& limits = *transfer.limits;
  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "modembank");
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");  // whatever the environment says
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect.count()));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total.count()));
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);  // a name that is being resolved holds up nobody
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.error.data());
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &take_head);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, &transfer);
}

/// What became of it. A status that came counts, also when the body was too long or broke off.
EndpointAnswer answer_of(const Transfer& transfer, CURLcode result) {
  EndpointAnswer answer;
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  const bool too_much_head = transfer.head > transfer.limits->most_head;
  if (status >= 200 && !too_much_head) {
    answer.status = static_cast<int>(status);
    curl_off_t seconds = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > 0) answer.retry_after = std::chrono::seconds{seconds};
    return answer;
  }
  if (too_much_head) {
    answer.error = fmt::format("more than {} octets of headers", transfer.limits->most_head);
  } else if (!transfer.refused.empty()) {
    answer.error = transfer.refused;
  } else if (result == CURLE_OK) {
    answer.error = fmt::format("HTTP {}, which ends nothing", status);
  } else {
    const bool told = transfer.error.front() != '\0';
    answer.error = printable(told ? transfer.error.data() : curl_easy_strerror(result));
  }
  return answer;
}

}  // namespace

struct WebhookTransfers::Impl {
  Impl(AddressPolicy the_policy, const TransferLimits& the_limits)
      : policy(std::move(the_policy)), limits(the_limits) {
    start_curl();
    multi = curl_multi_init();
    if (multi == nullptr) throw std::runtime_error("libcurl fails");
    curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, most_connections_kept);
  }
  ~Impl() {
    for (const auto& [easy, transfer] : running) curl_multi_remove_handle(multi, easy);
    running.clear();
    free.clear();
    curl_multi_cleanup(multi);
  }

  std::unique_ptr<Transfer> fresh() {
    if (free.empty()) return std::make_unique<Transfer>();
    auto transfer = std::move(free.back());
    free.pop_back();
    return transfer;
  }

  /// As it was before its first use, with the handle and its caches kept.
  void give_back(std::unique_ptr<Transfer> transfer) {
    auto easy = std::move(transfer->easy);
    *transfer = Transfer{
        .easy = std::move(easy), .headers = nullptr, .request = {}, .refused = {}, .answer = {}};
    free.push_back(std::move(transfer));
  }

  Ended end(CURL* easy, CURLcode result) {
    curl_multi_remove_handle(multi, easy);
    const auto found = running.find(easy);
    auto transfer = std::move(found->second);
    running.erase(found);
    curl_off_t took = 0;  // µs
    curl_easy_getinfo(easy, CURLINFO_TOTAL_TIME_T, &took);
    Ended ended{transfer->request.tag, answer_of(*transfer, result), printable(transfer->answer),
                std::chrono::milliseconds{took / 1000}};
    give_back(std::move(transfer));
    return ended;
  }

  AddressPolicy policy;
  TransferLimits limits;
  CURLM* multi = nullptr;
  std::map<CURL*, std::unique_ptr<Transfer>> running;
  std::vector<std::unique_ptr<Transfer>> free;
};

WebhookTransfers::WebhookTransfers(AddressPolicy policy, const TransferLimits& limits)
    : impl_(std::make_unique<Impl>(std::move(policy), limits)) {}
WebhookTransfers::~WebhookTransfers() = default;

void WebhookTransfers::begin(Request request) {
  auto transfer = impl_->fresh();
  transfer->request = std::move(request);
  transfer->limits = &impl_->limits;
  transfer->policy = &impl_->policy;
  prepare(*transfer);
  CURL* easy = transfer->easy.get();
  impl_->running.emplace(easy, std::move(transfer));
  curl_multi_add_handle(impl_->multi, easy);
}

std::vector<WebhookTransfers::Ended> WebhookTransfers::wait(std::chrono::milliseconds most) {
  int running = 0;
  curl_multi_perform(impl_->multi, &running);  // what was begun just now
  std::vector<Ended> ended;
  const auto collect = [&] {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(impl_->multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      ended.push_back(impl_->end(message->easy_handle, message->data.result));
    }
  };
  collect();
  if (!ended.empty()) return ended;
  curl_multi_poll(impl_->multi, nullptr, 0, static_cast<int>(most.count()), nullptr);
  curl_multi_perform(impl_->multi, &running);
  collect();
  return ended;
}

std::size_t WebhookTransfers::under_way() const {
  return impl_->running.size();
}

void WebhookTransfers::wake() {
  curl_multi_wakeup(impl_->multi);
}

}  // namespace bank::web
