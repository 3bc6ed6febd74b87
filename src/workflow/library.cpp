#include "workflow/library.hpp"

#include <set>

namespace hb::workflow {

Result<std::vector<Fault>> Library::load(const std::filesystem::path& scenes) {
  Result<Checked> checked = check(scenes);
  if (!checked) return unexpected(checked.error());
  if (!checked->faults.empty()) return std::move(checked->faults);
  std::map<std::pair<std::string, int>, std::shared_ptr<const Entry>> entries;
  for (Flow& flow : checked->flows) {
    auto& calendars = checked->surroundings.at(flow.file).calendars;
    const std::pair key(flow.id, flow.version);
    entries.emplace(key, std::make_shared<const Entry>(Entry{std::move(flow), calendars}));
  }
  const std::scoped_lock lock(mutex_);
  entries_ = std::move(entries);
  return std::vector<Fault>{};
}

Result<std::vector<Fault>> Library::load_sound(const std::filesystem::path& scenes,
                                               const SqlCheck& sql_check) {
  Result<Checked> checked = check(scenes, sql_check);
  if (!checked) return unexpected(checked.error());
  std::set<std::string> faulty;
  for (const Fault& fault : checked->faults) faulty.insert(fault.file);
  std::map<std::pair<std::string, int>, std::shared_ptr<const Entry>> entries;
  const std::scoped_lock lock(mutex_);
  for (const auto& [key, entry] : entries_)
    if (faulty.contains(entry->flow.file)) entries.emplace(key, entry);
  for (Flow& flow : checked->flows) {
    if (faulty.contains(flow.file)) continue;
    auto& calendars = checked->surroundings.at(flow.file).calendars;
    const std::pair key(flow.id, flow.version);
    entries.insert_or_assign(key, std::make_shared<const Entry>(Entry{std::move(flow), calendars}));
  }
  entries_ = std::move(entries);
  return std::move(checked->faults);
}

Result<std::shared_ptr<const Library::Entry>> Library::find(const std::string& id,
                                                            int version) const {
  const std::scoped_lock lock(mutex_);
  const auto found = entries_.find({id, version});
  if (found != entries_.end()) return found->second;
  return fail(ErrorCode::not_found,
              "there is no version " + std::to_string(version) + " of the flow “" + id + "”");
}

Result<std::shared_ptr<const Library::Entry>> Library::newest(const std::string& id) const {
  const std::scoped_lock lock(mutex_);
  auto behind = entries_.upper_bound({id, INT32_MAX});
  if (behind != entries_.begin() && std::prev(behind)->first.first == id)
    return std::prev(behind)->second;
  return fail(ErrorCode::not_found, "there is no flow “" + id + "”");
}

std::vector<std::shared_ptr<const Library::Entry>> Library::all() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::shared_ptr<const Entry>> list;
  for (const auto& [key, entry] : entries_) list.push_back(entry);
  return list;
}

}  // namespace hb::workflow
