#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "notify/courier.hpp"
#include "notify/message_book.hpp"
#include "notify/roster.hpp"
#include "workflow/engine.hpp"
#include "workflow/records_sink.hpp"

namespace hb::server {

class Flows;
struct Services;

/// What people are told by flows, in the pages and outside, and who is on call.
class Notices {
 public:
  /// errors  those of MessageBook::open and Roster::open
  static Result<std::shared_ptr<Notices>> open(Services& services, Flows& flows,
                                               const std::filesystem::path& store,
                                               const std::filesystem::path& scenes);

  /// Messages of what flows have caused: Communications, Tasks for somebody, and work that was
  /// given to somebody; each once, however often it comes.
  Result<void> tell(const std::vector<workflow::Sink::Piece>& pieces);
  /// Whether the roster of this moment names an account for this actor where the instance is.
  bool is_on_call(const std::string& user, const workflow::Flow& flow, const workflow::Actor& actor,
                  const workflow::Instance& instance) const;

  notify::MessageBook& book() { return *book_; }
  notify::Roster& roster() { return *roster_; }
  const std::vector<notify::Shift>& shifts() const { return shifts_; }
  const notify::Courier& courier() const { return *courier_; }

 private:
  Notices(Flows& flows, std::unique_ptr<notify::MessageBook> book,
          std::unique_ptr<notify::Roster> roster)
      : flows_(flows), book_(std::move(book)), roster_(std::move(roster)) {}
  std::vector<std::string> accounts(const std::string& system, const std::string& value,
                                    const std::string& instance) const;

  Flows& flows_;
  std::unique_ptr<notify::MessageBook> book_;
  std::unique_ptr<notify::Roster> roster_;
  std::vector<notify::Shift> shifts_;
  std::unique_ptr<notify::Courier> courier_;
};

/// People are told before the records take the effects: what comes again after a fault is not told
/// twice.
class TellingSink final : public workflow::Sink {
 public:
  TellingSink(Notices& notices, records::Store& store) : notices_(notices), records_(store) {}
  Result<void> take(const std::vector<Piece>& pieces, bool maybe_again) override;

 private:
  Notices& notices_;
  workflow::RecordsSink records_;
};

}  // namespace hb::server
