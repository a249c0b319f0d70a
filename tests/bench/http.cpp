#include <fmt/format.h>
#include <microhttpd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// The limit "http": a libmicrohttpd responder that reads a POST body and answers 202, with the
// threads and the way of waiting that the program has. It looks at nothing and keeps nothing.
namespace {

constexpr std::string_view answer = R"({"state":"queued"})";
constexpr unsigned threads = 2;
constexpr unsigned most_connections = 8192;

int begun;  // its address marks a request whose headers were seen

MHD_Result respond(void* /*self*/, MHD_Connection* connection, const char* /*url*/,
                   const char* /*method*/, const char* /*version*/, const char* /*upload*/,
                   size_t* upload_size, void** request) {
  if (*request == nullptr) {
    *request = &begun;
    return MHD_YES;
  }
  if (*upload_size != 0) {
    *upload_size = 0;  // read
    return MHD_YES;
  }
  MHD_Response* response = MHD_create_response_from_buffer(
      answer.size(), const_cast<char*>(answer.data()), MHD_RESPMEM_PERSISTENT);
  MHD_add_response_header(response, "Content-Type", "application/json");
  const MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_ACCEPTED, response);
  MHD_destroy_response(response);
  return queued;
}

}  // namespace

int main() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  // Port 0: the system chooses one; the first line on standard output tells it.
  MHD_Daemon* daemon =
      MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, nullptr, nullptr, &respond, nullptr,
                       MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_LIMIT,
                       most_connections, MHD_OPTION_END);
  if (daemon == nullptr) {
    std::fprintf(stderr, "bench_http: libmicrohttpd does not start\n");
    return 1;
  }
  fmt::print("{}\n", MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&stop, &signal);
  MHD_stop_daemon(daemon);
}
