#include "server/uploads.hpp"

#include <filesystem>

#include "ingest/load.hpp"

namespace hb::server {

namespace {

namespace fs = std::filesystem;
constexpr std::size_t kept_jobs = 200;
constexpr std::size_t longest_name = 120;

/// The last part of the path, without control characters; the ending decides how it is read.
std::string safe_name(std::string_view given) {
  const std::size_t slash = given.find_last_of("/\\");
  if (slash != given.npos) given.remove_prefix(slash + 1);
  std::string name;
  for (const char letter : given)
    if (static_cast<unsigned char>(letter) >= 0x20 && letter != 0x7f) name += letter;
  while (!name.empty() && name.front() == '.') name.erase(0, 1);
  while (name.size() > longest_name) name.erase(0, 1);
  while (!name.empty() && (static_cast<unsigned char>(name.front()) & 0xC0) == 0x80)
    name.erase(0, 1);  // half a character
  return name.empty() ? "upload.ndjson" : name;
}

DeliveryId newest_delivery(ingest::Hub& hub) {
  const auto newest = hub.store().deliveries(Principal::system("load"), 0, 1);
  return newest && !newest->empty() ? newest->front().id : 0;
}

bool has_ended(UploadState::Stage stage) {
  return stage != UploadState::Stage::queued && stage != UploadState::Stage::loading;
}

}  // namespace

Uploads::Uploads(ingest::Hub& hub, Clock clock, int threads)
    : hub_(hub),
      clock_(std::move(clock)),
      threads_(threads),
      directory_((fs::path(hub.directory()) / "incoming").string()) {
  std::error_code ignored;
  fs::remove_all(directory_, ignored);  // halves that a crash left
  thread_ = std::thread([this] { run(); });
}

Uploads::~Uploads() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& job : jobs_) job->cancelled = true;
  }
  wake_.notify_all();
  thread_.join();
  std::error_code ignored;
  fs::remove_all(directory_, ignored);
}

void Uploads::on_change(std::function<void(const UploadState&)> listener) {
  listener_ = std::move(listener);
}

UploadState Uploads::add(Upload upload, std::string_view name, std::string_view user) {
  auto job = std::make_shared<Job>();
  job->path = std::move(upload.path);
  job->spool_key = std::move(upload.spool_key);
  job->state.name = safe_name(name);
  job->state.user = user;
  job->state.bytes = upload.bytes;
  job->state.digest = upload.digest;
  job->state.arrived = clock_();
  UploadState state;
  {
    const std::lock_guard lock(mutex_);
    job->state.id = next_id_--;
    jobs_.push_back(job);
    while (jobs_.size() > kept_jobs && has_ended(jobs_.front()->state.stage)) jobs_.pop_front();
    state = job->state;
  }
  wake_.notify_one();
  if (listener_) listener_(state);
  return state;
}

std::shared_ptr<Uploads::Job> Uploads::find_job(std::int64_t id) const {
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job)
    if ((*job)->state.id == id || (id > 0 && (*job)->state.delivery == id)) return *job;
  return nullptr;
}

Result<UploadState> Uploads::cancel(std::int64_t id) {
  std::shared_ptr<Job> job;
  UploadState state;
  {
    const std::lock_guard lock(mutex_);
    job = find_job(id);
    if (!job) return fail(ErrorCode::not_found, "this delivery is not being loaded here");
    if (has_ended(job->state.stage))
      return fail(ErrorCode::conflict, "this delivery has already ended");
    job->cancelled = true;
    if (job->state.stage == UploadState::Stage::queued)
      job->state.stage = UploadState::Stage::cancelled;
    state = job->state;
  }
  if (listener_) listener_(state);
  return state;
}

std::optional<UploadState> Uploads::find(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto job = find_job(id);
  return job ? std::optional(job->state) : std::nullopt;
}

std::vector<UploadState> Uploads::unknown_to_records() const {
  const std::lock_guard lock(mutex_);
  std::vector<UploadState> states;
  for (auto job = jobs_.rbegin(); job != jobs_.rend(); ++job)
    if ((*job)->state.delivery == 0 && (*job)->state.stage != UploadState::Stage::done)
      states.push_back((*job)->state);
  return states;
}

std::size_t Uploads::waiting() const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& job : jobs_) count += job->state.stage == UploadState::Stage::queued ? 1 : 0;
  return count;
}

void Uploads::change(Job& job, const std::function<void(UploadState&)>& how) {
  UploadState state;
  {
    const std::lock_guard lock(mutex_);
    how(job.state);
    state = job.state;
  }
  if (listener_) listener_(state);
}

void Uploads::advance(Job& job, double progress, DeliveryId newest_before) {
  DeliveryId delivery = job.state.delivery;
  if (delivery == 0) {
    const DeliveryId newest = newest_delivery(hub_);
    if (newest > newest_before) delivery = newest;
  }
  change(job, [&](UploadState& state) {
    state.progress = progress;
    state.delivery = delivery;
  });
}

void Uploads::load(Job& job) {
  change(job, [](UploadState& state) { state.stage = UploadState::Stage::loading; });
  // The delivery is called as the sender calls it: the file takes that name in a directory of its
  // own.
  const fs::path own = fs::path(directory_) / std::to_string(-job.state.id);
  const fs::path file = own / job.state.name;
  std::error_code error;
  fs::create_directories(own, error);
  if (!error) fs::rename(job.path, file, error);
  Result<ingest::LoadReport> report = fail(ErrorCode::unavailable, error.message());
  if (!error) {
    ingest::LoadOptions options;
    options.source = "web:" + job.state.user;
    options.threads = threads_;
    options.cancel = &job.cancelled;
    options.spool_key = job.spool_key;
    const DeliveryId newest_before = newest_delivery(hub_);
    std::mutex reporting;  // progress comes from any thread
    options.progress = [&](double fraction, std::int64_t) {
      const std::lock_guard lock(reporting);
      advance(job, fraction, newest_before);
    };
    report = ingest::load(hub_, {file.string()}, options);
  }
  fs::remove_all(own, error);
  fs::remove(job.path, error);
  change(job, [&](UploadState& state) {
    state.progress = 1;
    if (report && !report->deliveries.empty()) state.delivery = report->deliveries.front();
    if (!report) {
      state.error = report.error().message;
    } else if (!report->failed.empty()) {
      state.error = report->failed.front().message;
    }
    state.stage = report && report->cancelled ? UploadState::Stage::cancelled
                  : state.error.empty()       ? UploadState::Stage::done
                                              : UploadState::Stage::failed;
  });
}

void Uploads::run() {
  for (;;) {
    std::shared_ptr<Job> next;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] {
        for (const auto& job : jobs_)
          if (job->state.stage == UploadState::Stage::queued && !next) next = job;
        return stopping_ || next;
      });
      if (stopping_) return;
    }
    Loading alone(*this);
    alone.wait();
    try {
      load(*next);
    } catch (const std::exception& bug) {  // the job runner: one bad file must not stop the others
      change(*next, [&](UploadState& state) {
        state.stage = UploadState::Stage::failed;
        state.error = bug.what();
      });
    }
  }
}

}  // namespace hb::server
