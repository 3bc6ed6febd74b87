#include "server/fhir/bulk_export.hpp"

#include <algorithm>
#include <deque>
#include <future>
#include <map>
#include <set>

#include "crypto/bytes.hpp"
#include "ingest/json_scan.hpp"
#include "search/walk.hpp"
#include "server/fhir/answer.hpp"
#include "server/fhir/bulk_files.hpp"
#include "server/fhir/bundle.hpp"

namespace hb::server::fhir_api {

namespace {

namespace json = boost::json;
using records::Store;
using records::StoredVersion;

constexpr Seq versions_per_stretch = 2'000;
constexpr std::size_t few_residents = 20'000;
constexpr std::int64_t lines_per_file = 250'000;
constexpr std::string_view deleted_files = "deleted";  // in place of a type
constexpr auto keep_every = std::chrono::milliseconds(500);
constexpr std::chrono::minutes longest_filter_links{1};

json::object object_of(const FilePlace& place, const std::string& type) {
  return {{"type", type},
          {"name", place.name},
          {"lines", place.lines},
          {"pieces", place.pieces},
          {"bytes", place.bytes}};
}

ExportedFile file_in(const json::object& object) {
  ExportedFile file;
  file.type = object.at("type").as_string();
  file.name = object.at("name").as_string();
  file.lines = object.at("lines").as_int64();
  file.pieces = object.at("pieces").as_int64();
  file.bytes = object.at("bytes").as_int64();
  return file;
}

/// Resources of a stretch, ready to be written.
struct Line {
  std::string type;
  std::string text;
  ResidentId resident;
};
struct Made {
  std::vector<Line> lines;
  Seq reached = 0;
};

/// A resource that is gone, as a client is to repeat it.
std::string deletion_of(const StoredVersion& version) {
  return R"({"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"DELETE",)"
         R"("url":)" +
         json_text(version.type + "/" + version.id) + "}}]}";
}

/// Ids of the Patients who are members of a Group now.
std::vector<std::string> members_of(const StoredVersion& group) {
  std::vector<std::string> members;
  const json::value body = json::parse(group.json);
  const json::value* list = body.as_object().if_contains("member");
  if (list == nullptr) return members;
  for (const json::value& member : list->as_array()) {
    const json::value* inactive = member.as_object().if_contains("inactive");
    if (inactive != nullptr && inactive->is_bool() && inactive->get_bool()) continue;
    const json::value* entity = member.as_object().if_contains("entity");
    const json::value* reference = entity != nullptr && entity->is_object()
                                       ? entity->get_object().if_contains("reference")
                                       : nullptr;
    if (reference == nullptr || !reference->is_string()) continue;
    constexpr std::string_view mark = "Patient/";
    const std::string name(reference->get_string());
    if (const std::size_t at = name.rfind(mark); at != std::string::npos)
      members.push_back(name.substr(at + mark.size()));
  }
  return members;
}

class Export {
 public:
  Export(Jobs::Work& work, Services& services)
      : work_(work),
        services_(services),
        store_(services.hub.store()),
        principal_(work.job().owner),
        ask_(export_ask_in(work.job().ask)) {}

  Result<void> run();

 private:
  struct File {
    std::int64_t number = 1;
    std::unique_ptr<SealedWriter> writer;
  };
  struct Filter {
    search::Resolved resolved;
  };

  Result<void> prepare();
  Result<void> read_reached();
  Result<void> find_first();
  Result<void> resolve_filters();
  void read_elements();
  Result<void> wait_for_index();

  Seq end_of_stretch(Seq from) const;
  Result<Made> make(Seq from, Seq to) const;
  Result<bool> passes(search::Judge& judge, const StoredVersion& version) const;
  std::string text_of(const StoredVersion& version) const;
  bool wants(std::string_view type, ResidentId resident) const;

  Result<void> write(const Made& made);
  Result<SealedWriter*> writer_of(const std::string& type);
  Result<void> keep();
  Result<void> note_persons();

  Jobs::Work& work_;
  Services& services_;
  const Store& store_;
  const Principal& principal_;
  ExportAsk ask_;
  std::set<std::string, std::less<>> types_;
  std::optional<std::vector<ResidentId>> residents_;  // rising; none: everybody
  std::optional<std::vector<Seq>> listed_;  // versions of few residents; none: look at all
  std::multimap<std::string, search::Resolved, std::less<>> filters_;
  std::map<std::string, search::Query, std::less<>> shapes_;  // by type; "": the others
  std::string key_;
  std::unique_ptr<crypto::Cipher> cipher_;
  Seq first_ = 0;  // versions up to here are not asked for
  Seq reached_ = 0;
  std::map<std::string, File> open_;
  json::array full_;  // files that are whole
  std::vector<bool> given_;
  std::vector<ResidentId> to_note_;
};

Result<void> Export::read_reached() {
  const json::object& reached = work_.job().reached;
  if (reached.empty()) {
    key_ = crypto::random_bytes(crypto::cipher_key_bytes);
    cipher_ = std::make_unique<crypto::Cipher>(crypto::Suite::aes_256_gcm, key_);
    return {};
  }
  key_ = crypto::from_hex(std::string_view(reached.at("key").as_string())).value_or("");
  cipher_ = std::make_unique<crypto::Cipher>(crypto::Suite::aes_256_gcm, key_);
  reached_ = std::max(first_, reached.at("seq").as_int64());
  full_ = reached.at("full").as_array();
  for (const json::value& one : reached.at("open").as_array()) {
    const ExportedFile file = file_in(one.as_object());
    auto writer = SealedWriter::open(work_.directory(),
                                     {file.name, file.lines, file.pieces, file.bytes}, *cipher_);
    if (!writer) return unexpected(writer.error());
    open_[file.type] = {one.at("number").as_int64(), std::move(*writer)};
  }
  return {};
}

Result<void> Export::find_first() {
  if (!ask_.since) return {};
  const Result<Seq> first = store_.first_since(Instant{ask_.since->micros + 1});
  if (!first) return unexpected(first.error());
  first_ = *first - 1;
  reached_ = first_;
  return {};
}

/// Links of a filter's chain are found by the search index, which may be on its way.
Result<void> Export::wait_for_index() {
  for (;;) {
    const Result<void> ready = services_.search->ready();
    if (ready || ready.error().code != ErrorCode::unavailable) return ready;
    if (work_.stopping()) return fail(ErrorCode::unavailable, "stopped");
    work_.progress(0, ready.error().message);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

Result<void> Export::resolve_filters() {
  for (const auto& [type, text] : ask_.filters) {
    const auto query = export_filter(type, text, ask_.time);
    if (!query) return unexpected(query.error());
    const bool linked = std::ranges::any_of(
        query->clauses, [](const search::Clause& clause) { return !clause.inner.empty(); });
    if (linked)
      if (const Result<void> ready = wait_for_index(); !ready) return ready;
    search::Asking asking{store_,        services_.search->index(),
                          principal_,    {},
                          ask_.snapshot, std::chrono::steady_clock::now() + longest_filter_links};
    auto resolved = search::resolve(asking, *query);
    if (!resolved) return unexpected(resolved.error());
    filters_.emplace(type, std::move(*resolved));
  }
  return {};
}

void Export::read_elements() {
  if (ask_.elements.empty()) return;
  std::vector<std::string> any;
  for (const auto& [type, element] : ask_.elements)
    if (type.empty()) any.push_back(element);
  for (const auto& [type, element] : ask_.elements)
    if (!type.empty()) shapes_[type].elements.push_back(element);
  for (auto& [type, shape] : shapes_)
    shape.elements.insert(shape.elements.end(), any.begin(), any.end());
  if (!any.empty()) shapes_[""].elements = std::move(any);
}

Result<void> Export::prepare() {
  types_.insert(ask_.types.begin(), ask_.types.end());
  read_elements();
  Result<void> done = find_first();
  if (done) done = read_reached();
  if (!done) return done;
  auto residents = residents_of(store_, principal_, ask_, [this] { return work_.stopping(); });
  if (!residents) return unexpected(residents.error());
  residents_ = std::move(*residents);
  if (residents_ && residents_->size() <= few_residents) {
    auto listed = store_.versions_of_residents(*residents_);
    if (!listed) return unexpected(listed.error());
    listed_ = std::move(*listed);
  }
  return resolve_filters();
}

bool Export::wants(std::string_view type, ResidentId resident) const {
  if (!types_.empty() && !types_.contains(type)) return false;
  if (ask_.level != ExportLevel::system && resident == 0) return false;
  return !residents_ || std::ranges::binary_search(*residents_, resident);
}

/// One of the searches for its type must find it; a type without one is given whole.
Result<bool> Export::passes(search::Judge& judge, const StoredVersion& version) const {
  const auto [begin, end] = filters_.equal_range(version.type);
  if (begin == end) return true;
  for (auto filter = begin; filter != end; ++filter) {
    const auto& ids = filter->second.ids;
    if (ids && std::ranges::find(*ids, version.id) == ids->end()) continue;
    const Result<bool> answers = judge.answers(filter->second, version);
    if (!answers || *answers) return answers;
  }
  return false;
}

std::string Export::text_of(const StoredVersion& version) const {
  auto shape = shapes_.find(version.type);
  if (shape == shapes_.end()) shape = shapes_.find("");
  std::string text =
      shape == shapes_.end() ? resource_text(version) : shaped(version, shape->second);
  return text.find('\n') == std::string::npos ? text : ingest::minified(text);
}

/// Where a stretch from here ends: behind so many versions that are to be looked at.
Seq Export::end_of_stretch(Seq from) const {
  if (!listed_) return std::min(ask_.snapshot, from + versions_per_stretch);
  const auto next = std::ranges::upper_bound(*listed_, from);
  if (listed_->end() - next <= versions_per_stretch) return ask_.snapshot;
  return std::min(ask_.snapshot, *(next + versions_per_stretch - 1));
}

/// Everything of a stretch, as far as memory allows; from any thread.
Result<Made> Export::make(Seq from, Seq to) const {
  Store::Stretch stretch{from, to, ask_.snapshot};
  stretch.only = listed_ ? &*listed_ : nullptr;
  stretch.deletions = ask_.since.has_value();
  auto walked = store_.walk(
      principal_, stretch,
      [this](std::string_view type, ResidentId resident) { return wants(type, resident); });
  if (!walked) return unexpected(walked.error());
  Made made;
  made.reached = walked->reached;
  search::Judge judge;
  for (const StoredVersion& version : walked->versions) {
    if (version.deleted) {
      made.lines.push_back({std::string(deleted_files), deletion_of(version), version.resident});
      continue;
    }
    const Result<bool> passed = passes(judge, version);
    if (!passed) return unexpected(passed.error());
    if (*passed) made.lines.push_back({version.type, text_of(version), version.resident});
  }
  return made;
}

Result<SealedWriter*> Export::writer_of(const std::string& type) {
  File& file = open_[type];
  if (file.writer && file.writer->place().lines >= lines_per_file) {
    if (const Result<void> flushed = file.writer->flush(); !flushed)
      return unexpected(flushed.error());
    full_.push_back(object_of(file.writer->place(), type));
    file.writer.reset();
    ++file.number;
  }
  if (!file.writer) {
    const std::string name = type + "-" + std::to_string(file.number) + ".ndjson";
    auto writer = SealedWriter::open(work_.directory(), {name}, *cipher_);
    if (!writer) return unexpected(writer.error());
    file.writer = std::move(*writer);
  }
  return file.writer.get();
}

Result<void> Export::write(const Made& made) {
  for (const Line& line : made.lines) {
    const Result<SealedWriter*> writer = writer_of(line.type);
    if (!writer) return unexpected(writer.error());
    if (const Result<void> added = (*writer)->add_line(line.text); !added) return added;
    if (line.resident == 0) continue;
    const auto resident = static_cast<std::size_t>(line.resident);
    if (given_.size() <= resident) given_.resize(resident + resident / 2 + 1);
    if (given_[resident]) continue;
    given_[resident] = true;
    to_note_.push_back(line.resident);
  }
  reached_ = made.reached;
  return {};
}

/// Each person once, before anybody can fetch a line about him. After an interruption persons may
/// be noted a second time.
Result<void> Export::note_persons() {
  if (to_note_.empty()) return {};
  std::vector<Store::AuditEntry> entries;
  const std::string job = " $export/" + work_.job().id.substr(0, 8);
  for (const ResidentId resident : to_note_)
    entries.push_back({services_.clock(), principal_.user, principal_.purpose, "read",
                       "resident " + std::to_string(resident) + job, principal_.from});
  to_note_.clear();
  return services_.hub.store().note_acts(std::move(entries));
}

Result<void> Export::keep() {
  json::array open;
  for (auto& [type, file] : open_) {
    if (const Result<void> flushed = file.writer->flush(); !flushed) return flushed;
    json::object object = object_of(file.writer->place(), type);
    object["number"] = file.number;
    open.push_back(std::move(object));
  }
  if (const Result<void> noted = note_persons(); !noted) return noted;
  return work_.keep({{"key", crypto::to_hex(key_)},
                     {"seq", reached_},
                     {"full", full_},
                     {"open", std::move(open)}});
}

Result<void> Export::run() {
  if (const Result<void> prepared = prepare(); !prepared) return prepared;
  // A few stretches are made ahead, each on a thread of its own, and written in their order.
  struct Ahead {
    Seq to;
    std::future<Result<Made>> made;
  };
  const std::size_t threads = std::max(1u, std::thread::hardware_concurrency());
  std::deque<Ahead> ahead;
  Seq begun = reached_;
  auto kept = std::chrono::steady_clock::now();
  while (reached_ < ask_.snapshot) {
    while (ahead.size() < threads && begun < ask_.snapshot) {
      const Seq to = end_of_stretch(begun);
      ahead.push_back(
          {to, std::async(std::launch::async, [this, begun, to] { return make(begun, to); })});
      begun = to;
    }
    Result<Made> made = ahead.front().made.get();
    const Seq to = ahead.front().to;
    ahead.pop_front();
    // What was too much to hold at once is gone on with here.
    for (;;) {
      if (!made) return unexpected(made.error());
      if (const Result<void> written = write(*made); !written) return written;
      if (reached_ >= to) break;
      made = make(reached_, to);
    }
    if (work_.stopping()) return fail(ErrorCode::unavailable, "stopped");
    const auto now = std::chrono::steady_clock::now();
    const double all = static_cast<double>(std::max<Seq>(1, ask_.snapshot - first_));
    const double fraction = static_cast<double>(reached_ - first_) / all;
    work_.progress(fraction, std::to_string(static_cast<int>(fraction * 100)) + " %");
    if (now - kept < keep_every) continue;
    kept = now;
    if (const Result<void> saved = keep(); !saved) return saved;
  }
  return keep();
}

}  // namespace

Result<std::optional<std::vector<ResidentId>>> residents_of(const Store& store,
                                                            const Principal& principal,
                                                            ExportAsk ask,
                                                            const std::function<bool()>& stopping) {
  if (ask.level == ExportLevel::group) {
    const auto group = store.peek(principal, "Group", ask.group, ask.snapshot);
    if (!group) return unexpected(group.error());
    if (!*group) return fail(ErrorCode::not_found, "there is no such Group", "group");
    std::vector<std::string> members = members_of(**group);
    if (!ask.patients.empty())
      std::erase_if(members, [&](const std::string& id) {
        return std::ranges::find(ask.patients, id) == ask.patients.end();
      });
    ask.patients = std::move(members);
  } else if (ask.patients.empty()) {
    return std::nullopt;
  }
  std::vector<ResidentId> residents;
  for (const std::string& id : ask.patients) {
    if (stopping()) return fail(ErrorCode::unavailable, "stopped");
    const auto patient = store.peek(principal, "Patient", id, ask.snapshot);
    if (!patient) return unexpected(patient.error());
    if (*patient && (*patient)->resident != 0) residents.push_back((*patient)->resident);
  }
  std::ranges::sort(residents);
  residents.erase(std::unique(residents.begin(), residents.end()), residents.end());
  return residents;
}

Result<void> run_export(Jobs::Work& work, Services& services) {
  const Result<void> done = Export(work, services).run();
  if (done) {
    const json::object& reached = work.job().reached;
    std::int64_t lines = 0;
    for (const char* list : {"full", "open"})
      for (const json::value& file : reached.at(list).as_array())
        lines += file.at("lines").as_int64();
    services.hub.store().note_audit(work.job().owner, "export",
                                    "$export/" + work.job().id.substr(0, 8) + " ended, " +
                                        std::to_string(lines) + " resources");
  }
  return done;
}

namespace {

std::vector<ExportedFile> files_of(const Job& job) {
  std::vector<ExportedFile> files;
  if (job.reached.empty()) return files;
  for (const char* list : {"full", "open"})
    for (const json::value& file : job.reached.at(list).as_array())
      files.push_back(file_in(file.as_object()));
  std::ranges::sort(files, {}, [](const ExportedFile& file) {
    return std::tuple(file.type, file.name.size(), file.name);
  });
  return files;
}

/// With microseconds, so that `_since` of the next export leaves out exactly what this one gave.
std::string exact_instant(Instant instant) {
  std::string text = format_instant(instant);  // 2026-11-21T00:00:00.123Z
  std::string micros = std::to_string((instant.micros % 1'000'000 + 1'000'000) % 1'000'000);
  micros.insert(0, 6 - micros.size(), '0');
  return text.substr(0, text.size() - 4) + micros + "Z";
}

}  // namespace

std::string export_manifest(const Job& job, const std::string& base, bool requires_token) {
  json::array output;
  json::array deleted;
  for (const ExportedFile& file : files_of(job)) {
    const bool gone = file.type == deleted_files;
    (gone ? deleted : output)
        .push_back(json::object{{"type", gone ? "Bundle" : file.type},
                                {"url", base + "/" + file.name},
                                {"count", file.lines}});
  }
  return json::serialize(
      json::object{{"transactionTime", exact_instant(export_ask_in(job.ask).time)},
                   {"request", job.request},
                   {"requiresAccessToken", requires_token},
                   {"output", std::move(output)},
                   {"deleted", std::move(deleted)},
                   {"error", json::array()}});
}

std::optional<ExportedFile> exported_file(const Job& job, std::string_view name) {
  for (ExportedFile& file : files_of(job)) {
    if (file.name != name) continue;
    file.key = crypto::from_hex(std::string_view(job.reached.at("key").as_string())).value_or("");
    return file;
  }
  return std::nullopt;
}

}  // namespace hb::server::fhir_api
