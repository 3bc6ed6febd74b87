#pragma once
#include <chrono>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "programmes/board.hpp"
#include "server/json.hpp"
#include "server/outcome.hpp"
#include "server/services.hpp"

namespace hb::server {

/// Programmes of the served store: their content, and what is due for each asker, kept while the
/// tables stand still. All members may be called from many threads.
class ProgrammeHouse {
 public:
  using Made = Result<std::shared_ptr<const programmes::Board>>;

  /// What has faults is left out and told to the log.
  explicit ProgrammeHouse(const std::filesystem::path& scenes);

  const programmes::Library& library() const { return library_; }

  /// What is due for all whom the asker sees. Equal questions at the same time scan once; while the
  /// tables move, a list is made again at most a quarter of the time.
  /// at_least  a feed number that it must know of
  Made board(const Services& services, const Principal& principal, BatchId at_least);

 private:
  struct Kept {
    std::shared_future<Made> made;
    BatchId feed = 0;
    std::chrono::steady_clock::time_point begun;
    std::chrono::steady_clock::duration took{0};  ///< 0: still being made
  };
  programmes::Library library_;
  std::mutex mutex_;
  std::map<std::string, Kept> kept_;
};

/// "hypertension/follow-up"
std::string service_id(const programmes::Programme& programme, const programmes::Service& service);
/// {"id","programme","title","state","last","from","due","latest","point"?}
json::object due_object(const programmes::Library& library, const programmes::DueRow& row);
/// Whether the asker enrols and visits for a programme.
bool may_act(const programmes::Programme& programme, const Principal& principal);

// Handlers: routes/programmes.cpp (lists), routes/programme_visits.cpp (a resident's).
Response get_programmes(Request&, const Principal&, Services&);
Response get_due(Request&, const Principal&, Services&);
Response get_due_csv(Request&, const Principal&, Services&);
Response get_eligible(Request&, const Principal&, Services&);
Response get_resident_programmes(Request&, const Principal&, Services&);
Response post_resident_programme(Request&, const Principal&, Services&);
Response get_visit(Request&, const Principal&, Services&);
Response check_visit(Request&, const Principal&, Services&);
Response post_visit(Request&, const Principal&, Services&);

}  // namespace hb::server
