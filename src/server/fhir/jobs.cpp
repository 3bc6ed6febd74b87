#include "server/fhir/jobs.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/bytes.hpp"

namespace hb::server::fhir_api {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::string_view seal_context = "job";
constexpr const char* file_name = "/job";
constexpr const char* cancelled_name = "/cancelled";
constexpr auto sweep_every = std::chrono::seconds(20);
constexpr std::string_view stages[] = {"waiting", "running", "done", "failed", "cancelled"};

bool has_ended(const Job& job) {
  return job.stage != Job::Stage::waiting && job.stage != Job::Stage::running;
}

json::array texts_of(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

std::vector<std::string> texts_in(const json::value& list) {
  std::vector<std::string> texts;
  for (const json::value& text : list.as_array()) texts.emplace_back(text.as_string());
  return texts;
}

/// Residents opened in an emergency are not among the rights of a job: it outlives the hour.
json::object object_of(const Principal& principal) {
  json::array own(principal.own.begin(), principal.own.end());
  return {{"user", principal.user},
          {"roles", texts_of(principal.roles)},
          {"areas", texts_of(principal.areas)},
          {"organizations", texts_of(principal.organizations)},
          {"purpose", principal.purpose},
          {"unrestricted", principal.unrestricted},
          {"from", principal.from},
          {"practitioners", texts_of(principal.practitioners)},
          {"own", own},
          {"approval", principal.approval}};
}

Principal principal_in(const json::object& object) {
  Principal principal;
  principal.user = object.at("user").as_string();
  principal.roles = texts_in(object.at("roles"));
  principal.areas = texts_in(object.at("areas"));
  principal.organizations = texts_in(object.at("organizations"));
  principal.purpose = object.at("purpose").as_string();
  principal.unrestricted = object.at("unrestricted").as_bool();
  principal.from = object.at("from").as_string();
  principal.practitioners = texts_in(object.at("practitioners"));
  for (const json::value& id : object.at("own").as_array()) principal.own.push_back(id.as_int64());
  principal.approval = object.at("approval").as_string();
  return principal;
}

std::string text_of(const Job& job) {
  return json::serialize(json::object{{"id", job.id},
                                      {"kind", job.kind},
                                      {"owner", object_of(job.owner)},
                                      {"request", job.request},
                                      {"ask", job.ask},
                                      {"reached", job.reached},
                                      {"stage", stages[static_cast<std::size_t>(job.stage)]},
                                      {"asked", job.asked.micros},
                                      {"ended", job.ended.micros},
                                      {"error", job.error}});
}

Job job_in(const std::string& text) {
  const json::value whole = json::parse(text);
  const json::object& object = whole.as_object();
  Job job;
  job.id = object.at("id").as_string();
  job.kind = object.at("kind").as_string();
  job.owner = principal_in(object.at("owner").as_object());
  job.request = object.at("request").as_string();
  job.ask = object.at("ask").as_object();
  job.reached = object.at("reached").as_object();
  const auto stage = std::ranges::find(stages, std::string_view(object.at("stage").as_string()));
  job.stage = static_cast<Job::Stage>(stage - std::begin(stages));
  job.asked = Instant{object.at("asked").as_int64()};
  job.ended = Instant{object.at("ended").as_int64()};
  job.error = object.at("error").as_string();
  return job;
}

unexpected<Error> disk_error(const char* what) {
  return fail(ErrorCode::unavailable, std::string(what) + ": " + std::strerror(errno));
}

void log(const char* event, const Job& job, std::string message = {}) {
  spdlog::info("{}", json::serialize(json::object{{"event", event},
                                                  {"kind", job.kind},
                                                  {"job", job.id.substr(0, 8)},
                                                  {"message", std::move(message)}}));
}

}  // namespace

Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const std::string beside = path + ".new";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return disk_error("a job's file cannot be made");
  bool good = true;
  while (good && !bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    good = written >= 0 || errno == EINTR;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  good = good && ::fsync(file) == 0;
  ::close(file);
  if (!good || ::rename(beside.c_str(), path.c_str()) != 0)
    return disk_error("a job's file cannot be written");
  const int folder =
      ::open(fs::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return disk_error("a job's folder cannot be opened");
  const bool synced = ::fsync(folder) == 0;
  ::close(folder);
  return synced ? Result<void>() : disk_error("a job's folder cannot be written");
}

bool same_rights(const Principal& then, const Principal& now) {
  return then.user == now.user && then.roles == now.roles && then.areas == now.areas &&
         then.organizations == now.organizations && then.unrestricted == now.unrestricted &&
         then.practitioners == now.practitioners && then.own == now.own &&
         then.approval == now.approval && then.purpose == now.purpose;
}

void Jobs::Work::progress(double fraction, std::string words) {
  const std::lock_guard lock(jobs_.mutex_);
  const auto found = jobs_.jobs_.find(job_.id);
  if (found == jobs_.jobs_.end()) return;
  found->second.job.fraction = fraction;
  found->second.job.progress = std::move(words);
}

Result<void> Jobs::Work::keep(json::object reached) {
  job_.reached = std::move(reached);
  if (const Result<void> saved = jobs_.save(job_); !saved) return saved;
  const std::lock_guard lock(jobs_.mutex_);
  const auto found = jobs_.jobs_.find(job_.id);
  if (found != jobs_.jobs_.end()) found->second.job.reached = job_.reached;
  return {};
}

Jobs::Jobs(const records::Store& store, std::string directory, Clock clock, JobOptions options)
    : store_(store),
      directory_(std::move(directory)),
      clock_(std::move(clock)),
      options_(options) {}

Jobs::~Jobs() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

Result<void> Jobs::start(std::map<std::string, Run> kinds) {
  if (const Result<void> read = read_all(); !read) return read;
  for (auto& [kind, run] : kinds)
    threads_.emplace_back([this, kind = kind, run = std::move(run)] { work(kind, run); });
  return {};
}

/// A folder without a job that can be read was made and no more: nobody was told of it.
Result<void> Jobs::read_all() {
  std::error_code error;
  fs::create_directories(directory_, error);
  fs::permissions(directory_, fs::perms::owner_all, error);
  if (error) return fail(ErrorCode::unavailable, error.message(), directory_);
  for (const auto& entry : fs::directory_iterator(directory_, error)) {
    const std::string id = entry.path().filename().string();
    std::ifstream file(entry.path().string() + file_name, std::ios::binary);
    std::ostringstream sealed;
    sealed << file.rdbuf();
    const Result<std::string> text = store_.open_sealed(sealed.str(), seal_context);
    if (!text || fs::exists(entry.path().string() + cancelled_name)) {
      remove_files(id);
      continue;
    }
    Job job = job_in(*text);
    if (job.stage == Job::Stage::running) job.stage = Job::Stage::waiting;
    jobs_[id].job = std::move(job);
  }
  return {};
}

Result<void> Jobs::save(const Job& job) const {
  return write_durably(directory_of(job) + file_name, store_.seal(text_of(job), seal_context));
}

void Jobs::remove_files(const std::string& id) const {
  std::error_code ignored;
  fs::remove_all(directory_ + "/" + id, ignored);
}

Result<Job> Jobs::add(const std::string& kind, const Principal& owner, std::string request,
                      json::object ask) {
  Job job;
  job.id = crypto::to_hex(crypto::random_bytes(16));
  job.kind = kind;
  job.owner = owner;
  job.owner.granted.clear();
  job.request = std::move(request);
  job.ask = std::move(ask);
  job.asked = clock_();
  const std::lock_guard lock(mutex_);
  std::size_t open = 0;
  std::size_t ended = 0;
  for (const auto& [id, kept] : jobs_)
    if (kept.job.owner.user == owner.user) ++(has_ended(kept.job) ? ended : open);
  if (open >= options_.per_user)
    return fail(ErrorCode::unavailable, "at most " + std::to_string(options_.per_user) +
                                            " jobs of one account wait or run; cancel one or wait");
  if (ended >= options_.results_per_user)
    return fail(ErrorCode::unavailable,
                "at most " + std::to_string(options_.results_per_user) +
                    " results of one account are kept; delete what you have fetched");
  std::error_code error;
  fs::create_directory(directory_of(job), error);
  fs::permissions(directory_of(job), fs::perms::owner_all, error);
  if (error) return fail(ErrorCode::unavailable, "the job cannot be kept: " + error.message());
  if (const Result<void> saved = save(job); !saved) {
    remove_files(job.id);
    return unexpected(saved.error());
  }
  jobs_[job.id].job = job;
  wake_.notify_all();
  return job;
}

Jobs::Kept* Jobs::owned(const std::string& kind, const Principal& asker, std::string_view id) {
  const auto found = jobs_.find(id);
  if (found == jobs_.end() || found->second.job.kind != kind ||
      found->second.job.owner.user != asker.user ||
      found->second.job.stage == Job::Stage::cancelled)
    return nullptr;
  if (has_ended(found->second.job) && expires(found->second.job) <= clock_()) return nullptr;
  return &found->second;
}

std::optional<Job> Jobs::find(const std::string& kind, const Principal& asker,
                              std::string_view id) {
  const std::lock_guard lock(mutex_);
  const Kept* kept = owned(kind, asker, id);
  if (kept == nullptr) return std::nullopt;
  return kept->job;
}

bool Jobs::cancel(const std::string& kind, const Principal& asker, std::string_view id) {
  const std::lock_guard lock(mutex_);
  Kept* kept = owned(kind, asker, id);
  if (kept == nullptr) return false;
  if (kept->job.stage == Job::Stage::running) {
    kept->job.stage = Job::Stage::cancelled;  // its thread removes it
    *kept->cancelled = true;
    std::ofstream(directory_of(kept->job) + cancelled_name);  // for a start after a crash
    return true;
  }
  remove_files(kept->job.id);
  jobs_.erase(jobs_.find(id));
  return true;
}

Instant Jobs::expires(const Job& job) const {
  return Instant{job.ended.micros +
                 std::chrono::duration_cast<std::chrono::microseconds>(options_.keep).count()};
}

std::optional<std::string> Jobs::next_of(const std::string& kind) const {
  const Job* first = nullptr;
  for (const auto& [id, kept] : jobs_)
    if (kept.job.kind == kind && kept.job.stage == Job::Stage::waiting &&
        (first == nullptr || kept.job.asked < first->asked))
      first = &kept.job;
  return first == nullptr ? std::nullopt : std::optional(first->id);
}

void Jobs::sweep() {
  for (auto at = jobs_.begin(); at != jobs_.end();) {
    if (has_ended(at->second.job) && at->second.job.stage != Job::Stage::cancelled &&
        expires(at->second.job) <= clock_()) {
      log("job-expired", at->second.job);
      remove_files(at->first);
      at = jobs_.erase(at);
    } else {
      ++at;
    }
  }
}

void Jobs::work(const std::string& kind, const Run& run) {
  for (;;) {
    std::string id;
    {
      std::unique_lock lock(mutex_);
      sweep();
      wake_.wait_for(lock, sweep_every, [&] { return stopping_ || next_of(kind); });
      if (stopping_) return;
      const auto next = next_of(kind);
      if (!next) continue;
      id = *next;
      jobs_.at(id).job.stage = Job::Stage::running;
    }
    run_one(run, id);
  }
}

void Jobs::run_one(const Run& run, const std::string& id) {
  Job job;
  std::shared_ptr<std::atomic<bool>> cancelled;
  {
    const std::lock_guard lock(mutex_);
    job = jobs_.at(id).job;
    cancelled = jobs_.at(id).cancelled;
  }
  log("job-runs", job);
  Result<void> outcome;
  try {
    Work work(*this, job, directory_of(job), cancelled);
    outcome = run(work);
  } catch (const std::exception& bug) {  // the job runner: one bad job must not stop the others
    outcome =
        fail(ErrorCode::unavailable, std::string("a fault of the program itself: ") + bug.what());
  }
  finish(id, outcome);
}

void Jobs::finish(const std::string& id, const Result<void>& outcome) {
  const std::lock_guard lock(mutex_);
  Kept& kept = jobs_.at(id);
  if (*kept.cancelled) {
    log("job-cancelled", kept.job);
    remove_files(id);
    jobs_.erase(id);
    return;
  }
  if (stopping_ && !outcome) {
    kept.job.stage = Job::Stage::waiting;  // the next start goes on
    return;
  }
  kept.job.stage = outcome ? Job::Stage::done : Job::Stage::failed;
  kept.job.ended = clock_();
  if (!outcome) kept.job.error = outcome.error().message;
  if (const Result<void> saved = save(kept.job); !saved && outcome) {
    kept.job.stage = Job::Stage::failed;
    kept.job.error = saved.error().message;
  }
  log(outcome ? "job-done" : "job-failed", kept.job, kept.job.error);
}

}  // namespace hb::server::fhir_api
