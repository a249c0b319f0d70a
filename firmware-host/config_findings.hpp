#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "firmware-host/config.hpp"

namespace bank::host {

/// What reading a file brought to light, collected while it is read from top to bottom of our own
/// list of keys and put into the order of the file at the end.
class Findings {
 public:
  void problem(int line, std::string where, std::string found, std::string remedy) {
    problems_.push_back({line, std::move(where), std::move(found), std::move(remedy)});
  }
  void notice(int line, std::string where, std::string text) {
    notices_.push_back({line, std::move(where), std::move(text)});
  }

  [[nodiscard]] std::vector<ConfigProblem> problems() && { return ordered(std::move(problems_)); }
  [[nodiscard]] std::vector<ConfigNotice> notices() && { return ordered(std::move(notices_)); }
  [[nodiscard]] bool clean() const { return problems_.empty(); }

 private:
  template <class T>
  static std::vector<T> ordered(std::vector<T> list) {
    std::stable_sort(list.begin(), list.end(),
                     [](const T& a, const T& b) { return a.line < b.line; });
    return list;
  }

  std::vector<ConfigProblem> problems_;
  std::vector<ConfigNotice> notices_;
};

}  // namespace bank::host
