#include <strings.h>

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "web/problem.hpp"
#include "web/server_impl.hpp"

namespace bank::web {

namespace {

std::string_view header(MHD_Connection* connection, const char* name) {
  const char* value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
  return value == nullptr ? std::string_view() : std::string_view(value);
}

bool is_token(std::string_view name) {  // RFC 9110 §5.6.2
  constexpr std::string_view signs = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           signs.find(c) != std::string_view::npos;
  });
}

/// Whether a name is that of the body's length with something behind it. libmicrohttpd 0.9.75 adds
/// a folded line to the name of its header: "Content-Length:", " 33" becomes "Content-Length33".
bool hides_length(std::string_view name) {
  for (const std::string_view known :
       {MHD_HTTP_HEADER_CONTENT_LENGTH, MHD_HTTP_HEADER_TRANSFER_ENCODING}) {
    if (name.size() > known.size() && name[known.size()] != '-' &&
        strncasecmp(name.data(), known.data(), known.size()) == 0) {
      return true;
    }
  }
  return false;
}

/// Where a request ends must not be a matter of opinion (RFC 9112 §6.3): a proxy before us that has
/// another one would take the rest for a request of its own.
std::optional<Response> ambiguous_length(MHD_Connection* connection) {
  struct Seen {
    int lengths = 0;
    int codings = 0;
    bool chunked = false;
    bool disguised = false;
  } seen;
  const auto count = [](void* to, MHD_ValueKind, const char* name, const char* value) noexcept {
    auto& counted = *static_cast<Seen*>(to);
    counted.disguised = counted.disguised || !is_token(name) || hides_length(name);
    if (strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) ++counted.lengths;
    if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
      ++counted.codings;
      counted.chunked = value != nullptr && strcasecmp(value, "chunked") == 0;
    }
    return MHD_YES;
  };
  MHD_get_connection_values(connection, MHD_HEADER_KIND, count, &seen);
  if (seen.disguised) {
    auto refusal = problem(400, "bad_header",
                           "write each header on one line, its name without spaces before the "
                           "colon");
    // libmicrohttpd knows of no body then, and would take it for the next request.
    refusal.headers.emplace_back(MHD_HTTP_HEADER_CONNECTION, "close");
    return refusal;
  }
  if (seen.lengths + seen.codings > 1) {
    return problem(400, "ambiguous_length",
                   "send one Content-Length, or Transfer-Encoding: chunked, and not both");
  }
  if (seen.codings == 1 && !seen.chunked) {
    return problem(501, "unknown_coding", "of transfer codings only chunked is known here");
  }
  return std::nullopt;
}

/// libmicrohttpd has read and checked it already; a number too big for it never comes here.
std::optional<std::uint64_t> content_length(MHD_Connection* connection) {
  const auto text = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  if (text.data() == nullptr) return std::nullopt;
  return std::strtoull(text.data(), nullptr, 10);
}

Response too_large(std::size_t most) {
  return problem(413, "body_too_large",
                 "a body may have at most " + std::to_string(most) +
                     " octets; send fewer recipients in one call");
}

Response broken(const std::exception& error) {
  return unavailable(std::string("the request could not be carried out: ") + error.what() +
                     "; try again, and look at the log of the appliance if it stays so");
}

}  // namespace

MHD_Result Server::Impl::on_request(MHD_Connection* connection, Connection& state, const char* url,
                                    const char* method, const char* upload,
                                    std::size_t* upload_size) {
  try {
    if (!std::exchange(state.admitted, true)) return admit(connection, state, url, method);
    if (state.paused) go_on(state);
    if (*upload_size > 0) {
      const auto size = std::exchange(*upload_size, 0);
      if (state.refusal) return read_past(state, size);
      if (state.upload) return take_upload(connection, state, {upload, size});
      return take_body(state, {upload, size});
    }
    if (state.told) return MHD_NO;
    if (state.pending) return finish(connection, state);
    return run(connection, state);
  } catch (const std::exception&) {
    return MHD_NO;  // no memory for an answer: the connection is closed
  }
}

MHD_Result Server::Impl::admit(MHD_Connection* connection, Connection& state, const char* url,
                               const char* method) {
  if (auto refusal = ambiguous_length(connection)) {
    return queue(connection, state, std::move(*refusal));
  }
  const RequestHead head{.method = method,
                         .path = url,
                         .query = state.query,
                         .authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
                         .content_type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
                         .idempotency_key = header(connection, "Idempotency-Key"),
                         .content_length = content_length(connection),
                         .peer = state.peer,
                         .peer_is_loopback = state.peer_is_loopback};
  try {
    auto admission = handler(head);
    if (auto* refusal = std::get_if<Response>(&admission)) {
      state.refusal = std::move(*refusal);
    } else if (auto* call = std::get_if<Call>(&admission)) {
      state.call = std::move(*call);
    } else {
      state.upload = std::move(std::get<std::unique_ptr<Upload>>(admission));
      state.upload_until_ms = steady_ms() + options.upload_time.count();
      state.deadline_ms = steady_ms() + options.upload_pause.count();
    }
  } catch (const std::exception& error) {
    state.refusal = broken(error);
  }
  if (state.call && head.content_length > options.most_body) {
    state.refusal = too_large(options.most_body);
  }
  if (!state.refusal) return MHD_YES;
  // Answered now, before the body: the connection ends with it. Who waits for "100 Continue" has
  // not begun to send; who is about to send more than we read past is not waited for.
  const bool waits = !header(connection, MHD_HTTP_HEADER_EXPECT).empty();
  if (waits || head.content_length > options.most_drained) {
    return queue(connection, state, std::move(*state.refusal));
  }
  return MHD_YES;
}

MHD_Result Server::Impl::take_body(Connection& state, std::string_view piece) {
  if (state.body.size() + piece.size() > options.most_body) {
    drop_body(state);
    state.refusal = too_large(options.most_body);
  } else if (body_octets.fetch_add(piece.size()) + piece.size() > options.most_bodies) {
    body_octets -= piece.size();
    drop_body(state);
    state.refusal = unavailable("too many large requests at once; try again in a second");
  } else {
    state.body += piece;
    return MHD_YES;
  }
  return read_past(state, piece.size());
}

/// Hands a piece on. An upload that wants no more for now suspends its connection: nothing is read
/// until it goes on, and the client feels it.
MHD_Result Server::Impl::take_upload(MHD_Connection* connection, Connection& state,
                                     std::string_view piece) {
  const auto now = steady_ms();
  state.deadline_ms = std::min(now + options.upload_pause.count(), state.upload_until_ms);
  auto paused = std::make_shared<Pending>(connection);
  auto next = Upload::Next::refuse;
  try {
    next = state.upload->take(piece, [paused] { paused->answer(nullptr); });
    if (next == Upload::Next::refuse) state.refusal = state.upload->finish([](const Finish&) {});
  } catch (const std::exception& error) {
    state.refusal = broken(error);
  }
  if (next == Upload::Next::refuse && !state.refusal) {
    state.refusal = unavailable("the request was refused; send it again");
  }
  if (state.refusal) {
    state.upload.reset();
    return read_past(state, piece.size());
  }
  if (next == Upload::Next::pause && wait_for(paused)) {
    state.paused = std::move(paused);
    state.deadline_ms = now + options.answer_time.count();
  }
  return MHD_YES;
}

/// After a pause: with the next piece, or with a refusal because nobody let it go on in time.
void Server::Impl::go_on(Connection& state) {
  const auto refuse = state.paused->take();
  forget(state.paused);
  if (!refuse) return;
  state.refusal = refuse();
  state.upload.reset();
}

/// Reads past a refused body, so that the connection can be used again; one that is too long for
/// that is answered before its end, and read on a little, or the client would lose the answer.
MHD_Result Server::Impl::read_past(Connection& state, std::size_t octets) {
  state.drained += octets;
  const auto most = state.upload_until_ms != 0 ? options.upload_drained : options.most_drained;
  if (state.drained > most && !state.told.exchange(true)) tell_refusal(state);
  return state.drained > most + options.most_drained ? MHD_NO : MHD_YES;
}

/// Suspends the connection until `answer` is given; false: it is given already.
bool Server::Impl::wait_for(const std::shared_ptr<Pending>& answer) {
  const std::lock_guard lock(mutex);
  const auto until = std::chrono::steady_clock::now() + options.answer_time;
  if (ending || !answer->suspend(until)) return false;
  pending.insert(answer);
  ++pending_count;
  return true;
}

void Server::Impl::forget(std::shared_ptr<Pending>& answer) {
  if (!answer) return;
  {
    const std::lock_guard lock(mutex);
    if (pending.erase(answer) > 0) --pending_count;
  }
  answer->close();
  answer.reset();
}

MHD_Result Server::Impl::run(MHD_Connection* connection, Connection& state) {
  auto reading = Connection::Phase::reading;
  if (!state.phase.compare_exchange_strong(reading, Connection::Phase::waiting)) return MHD_NO;
  ++answering;
  state.counted = true;
  if (state.refusal) return queue(connection, state, std::move(*state.refusal));
  if (stopping) return queue(connection, state, unavailable("the program is stopping", 5));
  if (!state.body.empty() && pending_count >= options.most_pending) {
    return queue(connection, state, unavailable("too many requests wait for the disk; try again"));
  }

  auto pending_answer = std::make_shared<Pending>(connection);
  body_octets -= state.body.size();
  try {
    const auto reply = [pending_answer](Finish done) { pending_answer->answer(std::move(done)); };
    auto response = state.upload ? state.upload->finish(reply)
                                 : state.call(std::exchange(state.body, {}), reply);
    if (response) {
      pending_answer->close();
      return queue(connection, state, std::move(*response));
    }
  } catch (const std::exception& error) {
    pending_answer->close();
    return queue(connection, state, broken(error));
  }
  state.pending = pending_answer;
  return wait_for(pending_answer) ? MHD_YES : finish(connection, state);
}

MHD_Result Server::Impl::finish(MHD_Connection* connection, Connection& state) {
  const auto make = state.pending->take();
  forget(state.pending);
  if (!make) return queue(connection, state, unavailable("the program is stopping", 5));
  try {
    return queue(connection, state, make());
  } catch (const std::exception& error) {
    return queue(connection, state, broken(error));
  }
}

MHD_Result Server::Impl::queue(MHD_Connection* connection, Connection& state, Response response) {
  constexpr std::size_t worth_copying = 4096;  // below it a copy is cheaper than a second block
  MHD_Response* answer = nullptr;
  const bool typed = !response.body.empty();
  if (response.body.size() <= worth_copying) {
    answer = MHD_create_response_from_buffer(response.body.size(), response.body.data(),
                                             MHD_RESPMEM_MUST_COPY);
  } else {
    auto kept = std::make_unique<std::string>(std::move(response.body));
    answer = MHD_create_response_from_buffer_with_free_callback_cls(
        kept->size(), kept->data(),
        [](void* text) noexcept { delete static_cast<std::string*>(text); }, kept.get());
    if (answer != nullptr) kept.release();
  }
  if (answer == nullptr) return MHD_NO;
  if (typed) {
    MHD_add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE,
                            std::string(response.content_type).c_str());
  }
  for (const auto& [name, value] : response.headers) {
    MHD_add_response_header(answer, std::string(name).c_str(), value.c_str());
  }
  if (stopping) MHD_add_response_header(answer, MHD_HTTP_HEADER_CONNECTION, "close");

  state.deadline_ms = steady_ms() + options.request_time.count();
  auto before = state.phase.load();
  while (before != Connection::Phase::cut &&
         !state.phase.compare_exchange_weak(before, Connection::Phase::sending)) {
  }
  const auto digit = static_cast<std::size_t>(response.status / 100 - 1);
  if (digit < answers.size()) ++answers[digit];
  const auto queued =
      MHD_queue_response(connection, static_cast<unsigned>(response.status), answer);
  MHD_destroy_response(answer);
  return queued;
}

void Server::Impl::drop_body(Connection& state) {
  body_octets -= state.body.size();
  state.body = {};
}

void Server::Impl::on_completed(Connection& state) {
  drop_body(state);
  state.call = nullptr;
  forget(state.paused);
  state.upload.reset();
  state.upload_until_ms = 0;
  state.refusal.reset();
  state.deadline_ms = steady_ms() + options.idle_timeout.count();
  auto before = state.phase.load();
  while (before != Connection::Phase::cut &&
         !state.phase.compare_exchange_weak(before, Connection::Phase::idle)) {
  }
  if (!std::exchange(state.counted, false)) return;
  const bool last = answering.fetch_sub(1) == 1;
  if (!last || !stopping) return;
  const std::lock_guard lock(mutex);
  changed.notify_all();
}

}  // namespace bank::web
