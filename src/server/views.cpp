#include "server/views.hpp"

#include <algorithm>

#include "server/person.hpp"

namespace hb::server {

json::array words(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

json::array role_list(const std::vector<std::string>& roles, const scene::Catalogue& catalogue) {
  json::array list;
  for (const std::string& id : roles) {
    const scene::Role* role = catalogue.role(id);
    list.push_back(
        json::object{{"id", id}, {"name", texts(role ? role->name : Localized{id, id})}});
  }
  return list;
}

json::object feed_object(const FeedState& feed) {
  return {{"committed", feed.committed},
          {"reached", feed.reached},
          {"lagMs", feed.lag_ms},
          {"stale", feed.reached < feed.committed}};
}

std::int64_t in_thousands(std::int64_t count) { return (count + 500) / 1000 * 1000; }

json::array table_rows(const std::vector<tables::TableInfo>& tables) {
  json::array rows;
  for (const tables::TableInfo& table : tables)
    rows.push_back(json::object{{"name", table.name}, {"rows", table.rows}});
  return rows;
}

json::object list_object(std::int64_t total, const Page& page, json::array items, bool capped) {
  json::object list{
      {"total", total}, {"page", page.number}, {"size", page.size}, {"items", std::move(items)}};
  if (capped) list["totalIsAtLeast"] = true;
  return list;
}

namespace {

std::string_view state_word(records::Delivery::State state) {
  switch (state) {
    case records::Delivery::State::receiving:
      return "receiving";
    case records::Delivery::State::done:
      return "done";
    case records::Delivery::State::failed:
      return "failed";
    case records::Delivery::State::cancelled:
      return "cancelled";
  }
  return "failed";
}

std::string_view state_word(UploadState::Stage stage) {
  switch (stage) {
    case UploadState::Stage::queued:
    case UploadState::Stage::loading:
      return "receiving";
    case UploadState::Stage::done:
      return "done";
    case UploadState::Stage::failed:
      return "failed";
    case UploadState::Stage::cancelled:
      return "cancelled";
  }
  return "failed";
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value instant_or_null(Instant instant) {
  return instant.micros == 0 ? json::value(nullptr) : json::value(format_instant(instant));
}

/// The counts that ingest keeps with the delivery.
json::object counts_of(const json::value& report, std::string_view key) {
  if (!report.is_object()) return {};
  const json::value* counts = report.get_object().if_contains(key);
  return counts && counts->is_object() ? counts->get_object() : json::object{};
}

bool is_loading(const UploadState& upload) {
  return upload.stage == UploadState::Stage::queued || upload.stage == UploadState::Stage::loading;
}

}  // namespace

json::object delivery_object(const records::Delivery& delivery, std::int64_t open,
                             const std::optional<UploadState>& upload) {
  boost::system::error_code error;
  const json::value report = json::parse(delivery.report_json, error);
  const bool loading = delivery.state == records::Delivery::State::receiving;
  json::value progress = nullptr;
  if (loading && upload && is_loading(*upload)) progress = upload->progress;
  json::value seconds = nullptr;
  if (delivery.ended.micros != 0)
    seconds = static_cast<double>(delivery.ended.micros - delivery.started.micros) / 1e6;
  return {{"id", delivery.id},
          {"name", delivery.name},
          {"source", delivery.source},
          {"state", state_word(delivery.state)},
          {"bytes", delivery.bytes},
          {"digest", text_or_null(delivery.digest)},
          {"accepted", delivery.accepted},
          {"duplicates", delivery.duplicates},
          {"quarantined", delivery.quarantined},
          {"openProblems", open},
          {"orphans", delivery.orphans},
          {"seconds", seconds},
          {"started", instant_or_null(delivery.started)},
          {"ended", instant_or_null(delivery.ended)},
          {"resources", counts_of(report, "resources")},
          {"tables", counts_of(report, "tables")},
          {"error", text_or_null(delivery.error)},
          {"progress", progress}};
}

json::object delivery_object(const UploadState& upload) {
  return {{"id", upload.id},
          {"name", upload.name},
          {"source", "web:" + upload.user},
          {"state", state_word(upload.stage)},
          {"bytes", upload.bytes},
          {"digest", text_or_null(upload.digest)},
          {"accepted", 0},
          {"duplicates", 0},
          {"quarantined", 0},
          {"openProblems", 0},
          {"orphans", 0},
          {"seconds", nullptr},
          {"started", instant_or_null(upload.arrived)},
          {"ended", nullptr},
          {"resources", json::object{}},
          {"tables", json::object{}},
          {"error", text_or_null(upload.error)},
          {"progress", is_loading(upload) ? json::value(upload.progress) : json::value(nullptr)}};
}

Result<std::int64_t> open_problems(const records::Store& store, const Principal& principal,
                                   DeliveryId delivery) {
  std::int64_t total = 0;
  const auto read = store.problems(principal, delivery,
                                   static_cast<int>(records::Problem::State::open), 0, 1, &total);
  if (!read) return unexpected(read.error());
  return total;
}

json::object problem_object(const records::Problem& problem, const scene::Catalogue& catalogue) {
  static constexpr std::string_view states[] = {"open", "corrected", "dismissed"};
  return {{"id", problem.id},
          {"delivery", problem.delivery},
          {"line", problem.line},
          {"offset", problem.offset},
          {"type", problem.type},
          {"rule", problem.rule},
          {"ruleText", texts(catalogue.text("problem-rule", problem.rule))},
          {"path", problem.path},
          {"expected", problem.expected},
          {"found", problem.found},
          {"state", states[static_cast<std::size_t>(problem.state)]},
          {"note", problem.note},
          {"length", problem.length},
          {"cut", !problem.digest.empty()}};
}

json::object counts_object(const indicators::StatusCounts& counts) {
  return {{"met", counts.met},
          {"nearly", counts.nearly},
          {"missed", counts.missed},
          {"not_decidable", counts.not_decidable}};
}

json::object resident_object(const records::Resident& resident, const Services& services,
                             const PersonCard& card) {
  json::value age = nullptr;
  if (resident.birth_date && !resident.year_only)
    age = age_in_years(*resident.birth_date, resident.deceased.value_or(services.today()));
  const auto day = [](const std::optional<Date>& date) {
    return date ? json::value(format_date(*date)) : json::value(nullptr);
  };
  return {
      {"id", resident.id},
      {"name", card.name},
      {"gender", text_or_null(resident.sex)},
      {"birthDate", resident.year_only ? json::value(format_date(*resident.birth_date).substr(0, 4))
                                       : day(resident.birth_date)},
      {"age", age},
      {"area", text_or_null(resident.area)},
      {"areaName", resident.area.empty() ? json::value(nullptr)
                                         : json::value(texts(services.areas.name(resident.area)))},
      {"provisional", resident.provisional},
      {"deceased", day(resident.deceased)},
      {"identifierMasked", text_or_null(card.identifier_masked)}};
}

Result<PersonCard> card_of(const records::Resident& resident, const Principal& principal,
                           Services& services) {
  if (resident.provisional || resident.seq == 0) return PersonCard{};
  const auto patient = services.hub.store().read_seq(principal, resident.seq);
  if (!patient) {
    if (patient.error().code == ErrorCode::not_found) return PersonCard{};
    return unexpected(patient.error());
  }
  return read_person(patient->json);
}

PersonCard card_of(const records::Store::Person& person) {
  return person.patient ? read_person(person.patient->json) : PersonCard{};
}

}  // namespace hb::server
