#include <algorithm>
#include <exception>

#include "web/head_rules.hpp"
#include "web/problem.hpp"
#include "web/server_impl.hpp"

namespace bank::web {

namespace {

constexpr std::size_t worth_copying = 4096;  // octets; below, a copy is cheaper than a second block

Response too_large(std::size_t most) {
  return problem(413, "body_too_large",
                 "a body may have at most " + std::to_string(most) +
                     " octets; send fewer recipients in one call, or all of them to "
                     "/v1/messages/batch");
}

Response too_many_answers() {
  return unavailable(
      "too many large answers are being read by slow clients; nothing was done, try again");
}

Response not_kept_up() {
  return unavailable(
      "the store did not keep up with this upload, or the program stops; nothing of it is kept: "
      "send it again",
      5);
}

Response broken(const std::exception& error) {
  return unavailable(std::string("the request could not be carried out: ") + error.what() +
                     "; try again, and look at the log of the appliance if it stays so");
}

}  // namespace

MHD_Result Server::Impl::on_request(MHD_Connection* connection, Connection& state, const char* url,
                                    const char* method, const char* version, const char* upload,
                                    std::size_t* upload_size) {
  try {
    if (!std::exchange(state.admitted, true)) {
      return admit(connection, state, url, method, version);
    }
    if (state.paused) {
      // libmicrohttpd hands on the next chunk that it has, although the connection is suspended;
      // what is left where it is comes again.
      if (!state.paused->is_answered()) return MHD_YES;
      if (state.paused->take()) drop_upload(state);
      forget(state.paused);
    }
    if (*upload_size > 0) {
      const auto size = std::exchange(*upload_size, 0);
      if (state.told || state.refusal) return read_past(state, size);
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
                               const char* method, const char* version) {
  state.head_only = std::string_view(method) == MHD_HTTP_METHOD_HEAD;
  state.changes = !state.head_only && std::string_view(method) != MHD_HTTP_METHOD_GET &&
                  std::string_view(method) != MHD_HTTP_METHOD_OPTIONS;
  if (auto refusal = flaw_of_head(connection, version)) {
    refusal->headers.emplace_back(MHD_HTTP_HEADER_CONNECTION, "close");
    return queue(connection, state, std::move(*refusal));
  }
  state.accept = list_header(connection, MHD_HTTP_HEADER_ACCEPT);
  state.content_encoding = list_header(connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
  const RequestHead head{.method = method,
                         .path = path_of(url),
                         .query = state.query,
                         .authorization = header(connection, MHD_HTTP_HEADER_AUTHORIZATION),
                         .cookies = header(connection, MHD_HTTP_HEADER_COOKIE),
                         .csrf_token = header(connection, "X-CSRF-Token"),
                         .user_agent = header(connection, MHD_HTTP_HEADER_USER_AGENT),
                         .content_type = header(connection, MHD_HTTP_HEADER_CONTENT_TYPE),
                         .content_encoding = state.content_encoding,
                         .accept = state.accept,
                         .accept_encoding = header(connection, MHD_HTTP_HEADER_ACCEPT_ENCODING),
                         .if_none_match = header(connection, MHD_HTTP_HEADER_IF_NONE_MATCH),
                         .idempotency_key = header(connection, "Idempotency-Key"),
                         .last_event_id = header(connection, "Last-Event-ID"),
                         .content_length = content_length(connection),
                         .peer = state.peer,
                         .peer_is_loopback = state.peer_is_loopback};
  ask_handler(head, state);
  if (!state.refusal) return MHD_YES;
  // Who waits for "100 Continue" has not begun to send: answered now, and the connection ends. Who
  // is about to send more than we read past is told, and read past for a moment.
  if (!header(connection, MHD_HTTP_HEADER_EXPECT).empty()) {
    return queue(connection, state, std::move(*state.refusal));
  }
  if (head.content_length > options.most_drained) tell(state, *state.refusal);
  return MHD_YES;
}

void Server::Impl::ask_handler(const RequestHead& head, Connection& state) {
  try {
    auto admission = handler(head);
    if (auto* refusal = std::get_if<Response>(&admission)) {
      state.refusal = std::move(*refusal);
    } else if (auto* call = std::get_if<Call>(&admission)) {
      state.call = std::move(*call);
      if (head.content_length > options.most_body) state.refusal = too_large(options.most_body);
    } else if (uploads.fetch_add(1) >= options.most_uploads) {
      --uploads;
      state.refusal = unavailable("too many uploads at once; send it when others are done", 5);
    } else {
      state.upload = std::move(std::get<std::unique_ptr<Upload>>(admission));
      state.upload_until_ms = steady_ms() + options.upload_time.count();
      may_take(state, options.upload_pause);
    }
  } catch (const std::exception& error) {
    state.refusal = broken(error);
  }
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
  read_on(state);
  auto paused = pause_of(connection, state);
  auto next = Upload::Next::refuse;
  try {
    next = state.upload->take(piece, [paused] { paused->answer(nullptr); });
    if (next == Upload::Next::refuse) state.refusal = state.upload->finish([](const Finish&) {});
  } catch (const std::exception& error) {
    next = Upload::Next::refuse;
    state.refusal = broken(error);
  }
  if (next == Upload::Next::refuse) {
    if (!state.refusal) state.refusal = unavailable("the request was refused; send it again");
    drop_upload(state);
    return read_past(state, piece.size());
  }
  if (next == Upload::Next::more) return MHD_YES;
  auto reading = Connection::Phase::reading;
  if (!state.phase.compare_exchange_strong(reading, Connection::Phase::waiting)) return MHD_NO;
  if (wait_for(paused)) {
    state.paused = std::move(paused);
  } else {
    read_on(state);
  }
  return MHD_YES;
}

/// An upload between two pieces. When nobody lets it go on in time it is refused: by the thread
/// that finds that out, because a client that says nothing more gives us no turn.
std::shared_ptr<Pending> Server::Impl::pause_of(MHD_Connection* connection, Connection& state) {
  return std::make_shared<Pending>(connection, [this, &state](const Finish& refuse) {
    try {
      if (refuse) tell(state, not_kept_up());
    } catch (const std::exception&) {
      state.told = true;  // no memory: the connection ends without a word
    }
    read_on(state);
  });
}

/// The client's time runs (again).
void Server::Impl::read_on(Connection& state) {
  if (!state.told) may_take(state, options.upload_pause, state.upload_until_ms);
  auto waiting = Connection::Phase::waiting;
  state.phase.compare_exchange_strong(waiting, Connection::Phase::reading);
}

/// Reads past a refused body, so that the connection can be used again; one that is too long for
/// that is answered before its end, and read on a little, or the client would lose the answer.
MHD_Result Server::Impl::read_past(Connection& state, std::size_t octets) {
  state.drained += octets;
  if (state.told) return state.drained > options.most_drained ? MHD_NO : MHD_YES;
  const auto most = state.upload_until_ms != 0 ? options.upload_drained : options.most_drained;
  if (state.drained <= most) return MHD_YES;
  tell(state, *state.refusal);
  state.drained = 0;
  return MHD_YES;
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

/// It is not waited for any more.
void Server::Impl::leave(const std::shared_ptr<Pending>& answer) {
  const std::lock_guard lock(mutex);
  if (pending.erase(answer) > 0) --pending_count;
}

void Server::Impl::forget(std::shared_ptr<Pending>& answer) {
  if (!answer) return;
  leave(answer);
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
  if (state.changes && !state.upload && pending_count >= options.most_pending) {
    return queue(connection, state,
                 unavailable("too many requests wait for the disk; nothing was done, try again"));
  }
  if (state.changes && answer_octets >= options.most_answers) {
    return queue(connection, state, too_many_answers());
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
  leave(state.pending);  // closed at the request's end, when whoever resumed it is long gone
  if (!make) return queue(connection, state, unavailable("the program is stopping", 5));
  try {
    return queue(connection, state, make());
  } catch (const std::exception& error) {
    return queue(connection, state, broken(error));
  }
}

/// Nothing: no memory.
MHD_Response* Server::Impl::response_of(std::string body) {
  struct Large {
    std::string body;
    std::atomic<std::size_t>& octets;
  };
  if (body.size() <= worth_copying) {
    return MHD_create_response_from_buffer(body.size(), body.data(), MHD_RESPMEM_MUST_COPY);
  }
  auto large = std::make_unique<Large>(Large{std::move(body), answer_octets});
  answer_octets += large->body.size();
  const auto forget = [](void* gone) noexcept {
    const std::unique_ptr<Large> owner(static_cast<Large*>(gone));
    owner->octets -= owner->body.size();
  };
  auto* answer = MHD_create_response_from_buffer_with_free_callback_cls(
      large->body.size(), large->body.data(), forget, large.get());
  if (answer == nullptr) {
    forget(large.release());
    return nullptr;
  }
  large.release();
  return answer;
}

MHD_Result Server::Impl::queue(MHD_Connection* connection, Connection& state, Response response) {
  if (response.stream) return queue_stream(connection, state, std::move(response));
  const auto size = response.body.size();
  if (!state.changes && size > worth_copying && answer_octets + size > options.most_answers) {
    response = too_many_answers();
  }
  const bool typed = !response.body.empty();
  MHD_Response* answer = response_of(std::move(response.body));
  if (answer == nullptr) return MHD_NO;
  if (!typed) response.content_type = {};
  return send(connection, state, response, answer);
}

/// All of the response but its body, which is in `answer` already.
MHD_Result Server::Impl::send(MHD_Connection* connection, Connection& state,
                              const Response& response, MHD_Response* answer) {
  if (!response.content_type.empty()) {
    MHD_add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE,
                            std::string(response.content_type).c_str());
  }
  for (const auto& [name, value] : response.headers) {
    MHD_add_response_header(answer, std::string(name).c_str(), value.c_str());
  }
  // Answers hold what people write, secrets and tokens: nothing in between keeps one that does not
  // say so itself.
  const bool is_said =
      std::any_of(response.headers.begin(), response.headers.end(),
                  [](const auto& one) { return one.first == MHD_HTTP_HEADER_CACHE_CONTROL; });
  if (!is_said) MHD_add_response_header(answer, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
  MHD_add_response_header(answer, "X-Content-Type-Options", "nosniff");
  if (stopping) MHD_add_response_header(answer, MHD_HTTP_HEADER_CONNECTION, "close");

  may_take(state, options.request_time);
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

void Server::Impl::drop_upload(Connection& state) {
  forget(state.paused);
  if (!state.upload) return;
  state.upload.reset();
  --uploads;
}

void Server::Impl::on_completed(Connection& state) {
  drop_body(state);
  state.call = nullptr;
  drop_upload(state);
  forget(state.pending);
  drop_stream(state);
  state.refusal.reset();
  may_take(state, options.idle_timeout);
  auto before = state.phase.load();
  while (before != Connection::Phase::cut &&
         !state.phase.compare_exchange_weak(before, Connection::Phase::idle)) {
  }
  answered(state);
}

/// It is not among those any more that `stop` waits for.
void Server::Impl::answered(Connection& state) {
  if (!std::exchange(state.counted, false)) return;
  const bool last = answering.fetch_sub(1) == 1;
  if (!last || !stopping) return;
  const std::lock_guard lock(mutex);
  changed.notify_all();
}

}  // namespace bank::web
