#pragma once

#include <string>

#include "firmware-host/admin_socket.hpp"
#include "firmware-host/commands.hpp"

namespace bank::host {

/// What to do where there is no database yet.
enum class NoDatabase { made, is_trouble };

/// Does what is asked of the database of a configuration: under its lock in the file itself, else
/// by the program that holds the lock.
///
/// Gives  the answer, never AdminError; else the exit code, when what is wrong was complained of.
[[nodiscard]] Result<AdminAnswer, int> administer(const std::string& config_file,
                                                  NoDatabase none_yet, const AdminRequest& request);

/// What [[sim]] entries name.
[[nodiscard]] Configured configured_by(const Config& config);

/// The same, and hands the answer to `tell`, which gives the exit code.
template <class Expected, class Tell>
int with_answer(const std::string& config_file, NoDatabase none_yet, const AdminRequest& request,
                const Tell& tell) {
  const auto answer = administer(config_file, none_yet, request);
  if (!answer) return answer.error();
  const auto* expected = std::get_if<Expected>(&*answer);
  if (expected != nullptr) return tell(*expected);
  return complain(exit_failed,
                  "the running program answered something else than it was asked; is it of another "
                  "version? restart it");
}

}  // namespace bank::host
