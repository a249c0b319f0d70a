#include "web/batch_check.hpp"

#include <utility>
#include <vector>

#include "web/batch_reader.hpp"
#include "web/handlers.hpp"
#include "web/json_text.hpp"

namespace bank::web {

namespace {

using scheduler::Book;

class Checker final : public Upload {
 public:
  Checker(Door& door, KeyRing::Caller caller, std::shared_ptr<void> place)
      : door_(door), caller_(std::move(caller)), place_(std::move(place)) {}

  Result<void, Response> open(std::string_view content_type) {
    auto reader =
        BatchReader::of(content_type, *caller_, door_,
                        {[this](const Book::ReceivedLine& line) {
                           ++messages_;
                           parts_ += line.message.parts;
                         },
                         [this](Book::RejectedLine line) {
                           ++rejected_;
                           if (first_rejected_.size() == BatchUpload::most_shown) return;
                           for (auto* const text : {&line.field, &line.to, &line.reason}) {
                             *text = scheduler::shown_of_refused(*text);
                           }
                           first_rejected_.push_back(std::move(line));
                         }});
    if (!reader) return unexpected(std::move(reader.error()));
    reader_ = std::move(*reader);
    return {};
  }

  Next take(std::string_view piece, std::function<void()>) override {
    return reader_->read(piece) ? Next::more : Next::refuse;
  }

  std::optional<Response> finish(Reply) override {
    if (reader_->refusal() || !reader_->finish()) return *reader_->refusal();
    JsonText json;
    json.open('{').member("messages", messages_).member("parts", parts_);
    json.key("rejected").open('[');
    for (const auto& line : first_rejected_) append_rejection(json, line);
    json.close(']').member("rejected_count", rejected_).close('}');
    return Response{.body = json.take()};
  }

 private:
  Door& door_;
  KeyRing::Caller caller_;
  std::shared_ptr<void> place_;  // among the uploads that run
  std::unique_ptr<BatchReader> reader_;
  std::int64_t messages_ = 0, parts_ = 0, rejected_ = 0;
  std::vector<Book::RejectedLine> first_rejected_;
};

}  // namespace

Result<std::unique_ptr<Upload>, Response> BatchCheck::begin(
    Door& door, KeyRing::Caller caller, std::string_view content_type,
    const std::shared_ptr<std::atomic<int>>& running) {
  auto place = BatchUpload::place_among(running, most_at_once);
  if (!place) return unexpected(std::move(place.error()));
  auto checker = std::make_unique<Checker>(door, std::move(caller), std::move(*place));
  if (auto opened = checker->open(content_type); !opened) {
    return unexpected(std::move(opened.error()));
  }
  return checker;
}

}  // namespace bank::web
