#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "programmes/programme.hpp"

namespace hb::programmes {
namespace {

namespace fs = std::filesystem;

bool is_id(const std::string& text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  };
  return !text.empty() && text.front() >= 'a' && text.front() <= 'z' &&
         std::ranges::all_of(text, fits);
}

/// A member of a map; undefined when it has none or when it is no map.
YAML::Node member(const YAML::Node& map, const char* key) {
  const YAML::Node found = map.IsMap() ? map[key] : YAML::Node(YAML::NodeType::Undefined);
  return found.IsDefined() ? found : YAML::Node(YAML::NodeType::Undefined);
}

/// Reads one file; everything that is wrong becomes a fault with its line.
class Reader {
 public:
  Reader(std::string file, std::vector<Fault>& faults) : file_(std::move(file)), faults_(faults) {}

  void fault(const YAML::Node& at, std::string path, std::string message) {
    sound_ = false;
    faults_.push_back(
        {file_, at.IsDefined() ? at.Mark().line + 1 : 0, std::move(path), std::move(message)});
  }
  bool sound() const { return sound_; }

  std::string text(const YAML::Node& map, const char* key, bool required = false) {
    const YAML::Node value = member(map, key);
    if (value && value.IsScalar()) return value.Scalar();
    if (value || required) fault(value ? value : map, key, "a text is expected");
    return {};
  }
  int number(const YAML::Node& map, const char* key, int low, int high, bool required = false) {
    const YAML::Node value = member(map, key);
    if (!value && !required) return 0;
    int read = 0;
    if (value && value.IsScalar() && YAML::convert<int>::decode(value, read) && read >= low &&
        read <= high)
      return read;
    fault(value ? value : map, key,
          "a whole number from " + std::to_string(low) + " to " + std::to_string(high) +
              " is expected");
    return 0;
  }
  Localized texts(const YAML::Node& map, const char* key) {
    const YAML::Node value = member(map, key);
    if (value && value.IsMap() && value["zh"] && value["en"])
      return {text(value, "zh", true), text(value, "en", true)};
    fault(value ? value : map, key, "texts in both languages are expected: { zh: …, en: … }");
    return {};
  }
  std::vector<std::string> list(const YAML::Node& map, const char* key) {
    std::vector<std::string> all;
    const YAML::Node value = member(map, key);
    if (value && value.IsSequence() && value.size() > 0) {
      for (const YAML::Node& one : value)
        if (one.IsScalar()) all.push_back(one.Scalar());
      return all;
    }
    fault(value ? value : map, key, "a list is expected");
    return all;
  }
  std::string sql(const YAML::Node& map, const char* key) {
    const YAML::Node value = member(map, key);
    if (!value) return {};
    return text(value, "sql", true);
  }

  Rule rule(const YAML::Node& map) {
    Rule rule;
    rule.when = text(map, "when");
    rule.every.months = number(map, "months", 0, 120);
    rule.every.days = number(map, "days", 0, 3660);
    rule.early = number(map, "early", 0, 366);
    rule.late = number(map, "late", 0, 366);
    if (rule.every == Interval{}) fault(map, "every", "months or days are expected");
    return rule;
  }

  Schedule schedule(const YAML::Node& map) {
    Schedule schedule;
    const YAML::Node yearly = member(map, "yearly");
    schedule.until = number(map, "until", 1, 36600);
    int kinds = 0;
    if (const YAML::Node every = member(map, "every")) {
      ++kinds;
      schedule.first = number(map, "first", 0, 3660, true);
      for (const YAML::Node& one : every) schedule.rules.push_back(rule(one));
      if (schedule.rules.empty() || !schedule.rules.back().when.empty())
        fault(every, "every", "the last rule has no `when`: it holds for everybody else");
    }
    if (yearly) {
      ++kinds;
      schedule.kind = Schedule::Kind::yearly;
    }
    if (const YAML::Node once = member(map, "once")) {
      ++kinds;
      schedule.kind = Schedule::Kind::once;
      schedule.within = number(once, "within", 0, 36600, true);
    }
    if (const YAML::Node points = member(map, "points")) {
      ++kinds;
      schedule.kind = Schedule::Kind::points;
      int before = -1;
      for (const YAML::Node& one : points) {
        Point point{texts(one, "title"), number(one, "from", 0, 36600, true),
                    number(one, "to", 0, 36600, true)};
        if (point.to < point.from || point.from <= before)
          fault(one, "points",
                "points follow each other: from is after the former one's, and not "
                "after to");
        before = point.from;
        schedule.points.push_back(std::move(point));
      }
      if (schedule.points.empty()) fault(points, "points", "at least one point is expected");
    }
    if (kinds != 1) fault(map, "schedule", "one of every, yearly, once and points is expected");
    return schedule;
  }

  Service service(const YAML::Node& map, const fs::path& folder) {
    Service service;
    service.id = text(map, "id", true);
    if (!is_id(service.id)) fault(map, "id", "small letters, digits and hyphens are expected");
    service.title = texts(map, "title");
    for (const std::string& form : list(map, "forms"))
      service.forms.push_back((folder / form).lexically_normal().string());
    service.visits = list(map, "visits");
    for (const std::string& visit : service.visits)
      if (!is_id(visit))
        fault(member(map, "visits"), "visits", "“" + visit + "” is no type of visit");
    if (const YAML::Node when = member(map, "schedule"); when && when.IsMap())
      service.schedule = schedule(when);
    else
      fault(map, "schedule", "is missing");
    service.state_sql = sql(map, "state");
    service.anchor_sql = sql(map, "anchor");
    return service;
  }

 private:
  std::string file_;
  std::vector<Fault>& faults_;
  bool sound_ = true;
};

std::optional<YAML::Node> parsed(const fs::path& file, std::vector<Fault>& faults) {
  try {
    return YAML::LoadFile(file.string());
  } catch (const YAML::Exception& wrong) {
    faults.push_back({file.string(), wrong.mark.line + 1, "", "not YAML: " + wrong.msg});
    return std::nullopt;
  }
}

std::vector<fs::path> programme_files(const fs::path& scenes) {
  std::vector<fs::path> files;
  std::error_code none;
  for (const auto& scene : fs::directory_iterator(scenes, none))
    for (const auto& file : fs::directory_iterator(scene.path() / "programmes", none))
      if (file.path().extension() == ".yaml") files.push_back(file.path());
  std::ranges::sort(files);
  return files;
}

std::optional<Programme> read_programme(const YAML::Node& root, const fs::path& file,
                                        std::vector<Fault>& faults) {
  Reader reader(file.string(), faults);
  Programme programme;
  programme.file = file.string();
  programme.scene = file.parent_path().parent_path().filename().string();
  programme.id = reader.text(root, "id", true);
  if (!is_id(programme.id))
    reader.fault(member(root, "id"), "id", "small letters, digits and hyphens are expected");
  programme.order = reader.number(root, "order", 0, 1000);
  programme.title = reader.texts(root, "title");
  programme.source = reader.texts(root, "source");
  programme.by = reader.list(root, "by");
  programme.eligible_sql = reader.sql(root, "eligible");
  std::set<std::string> ids;
  for (const YAML::Node& one : member(root, "services")) {
    programme.services.push_back(reader.service(one, file.parent_path()));
    if (!ids.insert(programme.services.back().id).second)
      reader.fault(one, "services", "the id “" + programme.services.back().id + "” stands twice");
  }
  if (programme.services.empty()) reader.fault(root, "services", "at least one is expected");
  if (!reader.sound()) return std::nullopt;
  return programme;
}

void read_statuses(const YAML::Node& root, const fs::path& file, std::vector<Status>& statuses,
                   std::vector<Fault>& faults) {
  constexpr const char* known[] = {"planned", "waitlist", "active",
                                   "onhold",  "finished", "cancelled"};
  Reader reader(file.string(), faults);
  for (const YAML::Node& one : member(root, "statuses")) {
    Status status;
    status.id = reader.text(one, "id", true);
    status.title = reader.texts(one, "title");
    status.fhir = reader.text(one, "fhir", true);
    if (std::ranges::find(known, status.fhir) == std::end(known))
      reader.fault(member(one, "fhir"), "fhir",
                   "“" + status.fhir + "” is no state of an EpisodeOfCare");
    status.ends = reader.text(one, "ends") == "true";
    status.reason = reader.text(one, "reason") == "true";
    status.after = reader.list(one, "after");
    statuses.push_back(std::move(status));
  }
  for (const Status& status : statuses)
    for (const std::string& before : status.after)
      if (before != "none" && std::ranges::find(statuses, before, &Status::id) == statuses.end())
        reader.fault(member(root, "statuses"), status.id + ".after",
                     "there is no state “" + before + "”");
}

std::shared_ptr<const forms::Questionnaire> read_form(const std::string& path,
                                                      const std::string& programme,
                                                      std::vector<Fault>& faults) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    faults.push_back({programme, 0, "forms", "there is no form " + path});
    return nullptr;
  }
  std::vector<forms::FormFault> wrong;
  auto form = forms::read(std::string{std::istreambuf_iterator<char>(in), {}}, wrong);
  for (const forms::FormFault& one : wrong) faults.push_back({path, 0, one.path, one.message});
  return form ? std::make_shared<const forms::Questionnaire>(std::move(*form)) : nullptr;
}

}  // namespace

Library Library::load(const fs::path& scenes, std::vector<Fault>& faults) {
  Library library;
  for (const fs::path& file : programme_files(scenes)) {
    const std::optional<YAML::Node> root = parsed(file, faults);
    if (!root) continue;
    if (!root->IsMap()) {
      faults.push_back({file.string(), 1, "", "a map is expected"});
      continue;
    }
    if (member(*root, "statuses")) {
      read_statuses(*root, file, library.statuses_, faults);
      continue;
    }
    std::optional<Programme> programme = read_programme(*root, file, faults);
    if (!programme) continue;
    if (library.find(programme->id) != nullptr) {
      faults.push_back({file.string(), 0, "id", "“" + programme->id + "” stands twice"});
      continue;
    }
    bool has_forms = true;
    for (const Service& service : programme->services)
      for (const std::string& path : service.forms) {
        if (library.form(path)) continue;
        auto form = read_form(path, file.string(), faults);
        has_forms = has_forms && form != nullptr;
        if (form) library.forms_.emplace_back(path, std::move(form));
      }
    if (has_forms) library.programmes_.push_back(std::move(*programme));
  }
  if (!library.programmes_.empty() && library.statuses_.empty())
    faults.push_back({scenes.string(), 0, "statuses", "no file of programmes says what they are"});
  std::ranges::stable_sort(library.programmes_, {}, &Programme::order);
  return library;
}

const Programme* Library::find(std::string_view id) const {
  const auto found = std::ranges::find(programmes_, id, &Programme::id);
  return found == programmes_.end() ? nullptr : &*found;
}

const Status* Library::status(std::string_view id) const {
  const auto found = std::ranges::find(statuses_, id, &Status::id);
  return found == statuses_.end() ? nullptr : &*found;
}

const Status* Library::status_of_fhir(std::string_view fhir) const {
  const auto found = std::ranges::find(statuses_, fhir, &Status::fhir);
  return found == statuses_.end() ? nullptr : &*found;
}

std::shared_ptr<const forms::Questionnaire> Library::form(const std::string& path) const {
  for (const auto& [known, form] : forms_)
    if (known == path) return form;
  return nullptr;
}

}  // namespace hb::programmes
