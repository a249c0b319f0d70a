#include "firmware-host/http_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/file.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <filesystem>
#include <optional>

namespace bank::host {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::system_error;
using Request = http::request<http::string_body>;
using FileRequest = http::request<http::file_body>;

/// Where an exchange is, so that an error can say what may have happened.
struct Exchange {
  HttpTarget target;
  bool sent = false;
  std::optional<HttpAnswer> answer;
};

asio::awaitable<void> connect(Exchange& exchange, beast::tcp_stream& stream) {
  asio::ip::tcp::resolver resolver(stream.get_executor());
  const auto found = co_await resolver.async_resolve(exchange.target.host, exchange.target.port,
                                                     asio::use_awaitable);
  co_await stream.async_connect(found, asio::use_awaitable);
  exchange.sent = true;
}

asio::awaitable<void> receive(Exchange& exchange, beast::tcp_stream& stream) {
  beast::flat_buffer buffer;
  for (unsigned status = 0; status < 200;) {  // RFC 9110 §15.2: of interim answers any number
    http::response_parser<http::string_body> parser;
    parser.body_limit(longest_answer);
    co_await http::async_read(stream, buffer, parser, asio::use_awaitable);
    auto response = parser.release();
    status = response.result_int();
    exchange.answer = HttpAnswer{status, std::move(response.body())};
  }
}

asio::awaitable<void> run(Exchange& exchange, Request& request) {
  const auto executor = co_await asio::this_coro::executor;
  beast::tcp_stream stream(executor);
  stream.expires_after(http_patience);
  co_await connect(exchange, stream);
  co_await http::async_write(stream, request, asio::use_awaitable);
  co_await receive(exchange, stream);
}

/// Writes until the end, or until the server has something to say: it may refuse in the middle.
asio::awaitable<void> run_file(Exchange& exchange, FileRequest& request, const FilePost& post) {
  const auto executor = co_await asio::this_coro::executor;
  beast::tcp_stream stream(executor);
  stream.expires_after(file_patience);
  co_await connect(exchange, stream);
  http::request_serializer<http::file_body> serializer(request);
  const auto all = request.body().size();
  std::uint64_t sent = 0;
  boost::system::error_code broken;
  while (!serializer.is_done() && !broken && stream.socket().available(broken) == 0) {
    auto token = asio::redirect_error(asio::use_awaitable, broken);
    sent += co_await http::async_write_some(stream, serializer, token);
    post.progress(std::min(sent, all), all);
  }
  stream.expires_after(http_patience);
  co_await receive(exchange, stream);
}

std::string place_of(const HttpTarget& target) {
  const bool brackets = target.host.find(':') != std::string::npos;
  return fmt::format(fmt::runtime(brackets ? "http://[{}]:{}" : "http://{}:{}"), target.host,
                     target.port);
}

}  // namespace

Result<HttpTarget, std::string> parse_url(std::string_view url) {
  const std::string remedy = "write it as http://127.0.0.1:8080";
  constexpr std::string_view scheme = "http://";
  if (url.starts_with("https://")) {
    return unexpected("--url: https is not available in this version; " + remedy);
  }
  if (!url.starts_with(scheme))
    return unexpected("--url: found no http:// at its start; " + remedy);
  url.remove_prefix(scheme.size());
  const auto slash = std::min(url.find('/'), url.size());
  std::string base(url.substr(slash));
  while (base.ends_with('/')) base.pop_back();
  std::string_view place = url.substr(0, slash);
  std::string_view port = "80";
  const bool brackets = place.starts_with('[');
  const auto colon = brackets ? place.find("]:") : place.find(':');
  if (colon != std::string_view::npos) {
    port = place.substr(colon + (brackets ? 2 : 1));
    place = place.substr(0, colon + (brackets ? 1 : 0));
  }
  if (brackets && place.ends_with(']')) place = place.substr(1, place.size() - 2);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string_view::npos;
  const auto plain = [](char c) { return c > ' ' && c < 0x7F; };
  const bool clean = std::all_of(url.begin(), url.end(), plain) &&
                     url.find_first_of("?#@") == std::string_view::npos;
  if (place.empty() || !digits || !clean) return unexpected("--url: no address in it; " + remedy);
  return HttpTarget{std::string(place), std::string(port), std::move(base)};
}

namespace {

template <class Body>
void head_of(http::request<Body>& request, const HttpTarget& target, std::string_view path,
             const std::string& bearer, const std::string& content_type) {
  request.method(http::verb::post);
  request.target(target.base + std::string(path));
  request.version(11);
  request.set(http::field::host, place_of(target).substr(sizeof("http://") - 1));
  request.set(http::field::authorization, "Bearer " + bearer);
  request.set(http::field::content_type, content_type);
  request.set(http::field::connection, "close");
}

/// Runs it to its end.
template <class Start>
Result<HttpAnswer, NoAnswer> answer_to(Exchange& exchange, const Start& start) {
  try {
    asio::io_context io;
    std::exception_ptr failure;
    asio::co_spawn(io, start(), [&](std::exception_ptr error) { failure = error; });
    io.run();
    if (failure) std::rethrow_exception(failure);
    return std::move(*exchange.answer);
  } catch (const system_error& error) {
    const auto* const remedy = exchange.sent
                                   ? "whether it was accepted is not known, look at GET "
                                     "/v1/messages before trying again"
                                   : "nothing was sent; is `modembank serve` running there?";
    return unexpected(NoAnswer{
        fmt::format("{}: {}; {}", place_of(exchange.target), error.code().message(), remedy),
        exchange.sent});
  }
}

}  // namespace

Result<HttpAnswer, NoAnswer> post_json(const HttpTarget& target, std::string_view path,
                                       const std::string& bearer, std::string body) {
  Exchange exchange{.target = target, .sent = false, .answer = {}};
  Request request;
  head_of(request, target, path, bearer, "application/json");
  request.body() = std::move(body);
  request.prepare_payload();
  return answer_to(exchange, [&] { return run(exchange, request); });
}

Result<HttpAnswer, NoAnswer> post_file(const HttpTarget& target, const FilePost& post) {
  Exchange exchange{.target = target, .sent = false, .answer = {}};
  FileRequest request;
  head_of(request, target, post.path, post.bearer, post.content_type);
  request.set("Idempotency-Key", post.idempotency_key);
  const auto unreadable = [&](const std::string& why) {
    return unexpected(NoAnswer{
        fmt::format("{}: {}; give a file on disk that can be read", post.file, why), false});
  };
  std::error_code missing;
  if (std::filesystem::exists(post.file, missing) &&
      !std::filesystem::is_regular_file(post.file, missing)) {
    return unreadable("a folder, a pipe or a device");
  }
  beast::error_code refused;
  request.body().open(post.file.c_str(), beast::file_mode::scan, refused);
  if (refused) return unreadable(refused.message());
  request.prepare_payload();
  return answer_to(exchange, [&] { return run_file(exchange, request, post); });
}

}  // namespace bank::host
