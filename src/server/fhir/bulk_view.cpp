#include "server/fhir/bulk_view.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>

#include "core/csv.hpp"
#include "server/fhir/answer.hpp"

namespace hb::server::fhir_api {

namespace {

namespace json = boost::json;
using records::Store;
using records::StoredVersion;

constexpr std::int64_t most_steps = 500'000;  // of FHIRPath, for one resource
constexpr auto longest_run = std::chrono::minutes(30);
constexpr Seq versions_per_stretch = 5'000;
constexpr std::size_t piece_bytes = 256 * 1024;
constexpr std::size_t most_resources = 10'000;

unexpected<Error> refuse(std::string text, const char* where) {
  return fail(ErrorCode::invalid_input, std::move(text), where);
}

Result<std::string> named_view(std::string_view reference, const std::string& views_dir) {
  std::string name(reference.substr(reference.rfind('/') + 1));
  if (const std::size_t version = name.find('|'); version != std::string::npos)
    name.resize(version);
  const bool plain = !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  std::ifstream file(plain ? views_dir + "/" + name + ".json" : std::string(), std::ios::binary);
  if (!plain || !file)
    return refuse("there is no view '" + name.substr(0, 40) + "' here", "viewReference");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<RowFormat> format_named(std::string_view name) {
  if (name == "ndjson" || name == "application/ndjson" || name == "application/x-ndjson" ||
      name == "application/fhir+ndjson")
    return RowFormat::ndjson;
  if (name == "json" || name == "application/json") return RowFormat::json;
  if (name == "csv" || name == "text/csv") return RowFormat::csv;
  return refuse("rows are given as ndjson, json or csv", "_format");
}

/// One parameter with a value that is no resource.
Result<void> read_value(const std::string& name, const json::value& content, ViewAsk& ask,
                        std::string& reference) {
  const json::value* value = &content;
  if (content.is_object()) value = content.get_object().if_contains("reference");
  const std::string text =
      value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
  if (name == "viewReference") {
    reference = text;
  } else if (name == "patient" || name == "group") {
    const std::string id = text.substr(text.rfind('/') + 1);
    if (!fhir::is_resource_id(id)) return refuse("expected a reference", name.c_str());
    if (name == "patient")
      ask.patients.push_back(id);
    else
      ask.group = id;
  } else if (name == "_limit") {
    const std::string digits =
        value != nullptr && value->is_int64() ? std::to_string(value->get_int64()) : text;
    if (digits.empty() || digits.size() > 15 ||
        digits.find_first_not_of("0123456789") != std::string::npos)
      return refuse("expected a number of rows", "_limit");
    ask.limit = std::stoll(digits);
  } else if (name == "_since") {
    const Result<Instant> since = parse_instant(text);
    if (!since) return refuse("expected an instant with its offset", "_since");
    ask.since = *since;
  } else if (name == "_format") {
    const auto format = format_named(text);
    if (!format) return unexpected(format.error());
    ask.format = *format;
  } else if (name == "header") {
    ask.header = value != nullptr && value->is_bool() ? value->get_bool() : text != "false";
  } else {
    return refuse(
        "known are viewReference viewResource resource patient group _limit _since "
        "_format header; rows of another source are not given",
        name.substr(0, 40).c_str());
  }
  return {};
}

Result<void> read_parameter(const json::object& one, ViewAsk& ask, std::string& reference) {
  const json::value* name = one.if_contains("name");
  if (name == nullptr || !name->is_string()) return refuse("expected a name", "parameter");
  const std::string what(name->get_string());
  if (const json::value* resource = one.if_contains("resource")) {
    if (what == "viewResource") {
      ask.view = json::serialize(*resource);
    } else if (what == "resource") {
      ask.resources.push_back(json::serialize(*resource));
    } else {
      return refuse("expected viewResource or resource", "parameter.name");
    }
    if (ask.resources.size() > most_resources)
      return refuse("at most " + std::to_string(most_resources) + " resources", "resource");
    return {};
  }
  for (const auto& member : one)
    if (member.key().starts_with("value")) return read_value(what, member.value(), ask, reference);
  return refuse("expected a resource or a value[x]", "parameter");
}

}  // namespace

std::string_view row_type(RowFormat format) {
  return format == RowFormat::csv    ? "text/csv; charset=utf-8"
         : format == RowFormat::json ? "application/json"
                                     : "application/x-ndjson";
}

Result<ViewAsk> parse_view_ask(const Request& request, const std::string& views_dir,
                               std::string_view named) {
  ViewAsk ask;
  std::string reference(named);
  for (const std::string_view type : {"text/csv", "application/json"})
    if (request.header("accept").starts_with(type)) ask.format = *format_named(type);
  for (const auto& [name, value] : request.parameters)
    if (const auto read = read_value(name, json::value(value), ask, reference); !read)
      return unexpected(read.error());
  if (!request.body.empty()) {
    boost::system::error_code error;
    const json::value body = json::parse(request.body, error);
    if (error || text_member(request.body, "resourceType") != "Parameters")
      return refuse("expected a resource Parameters", "");
    const json::value* list = body.as_object().if_contains("parameter");
    if (list == nullptr || !list->is_array()) return refuse("expected a list", "parameter");
    for (const json::value& one : list->get_array()) {
      if (!one.is_object()) return refuse("expected objects", "parameter");
      if (const auto read = read_parameter(one.get_object(), ask, reference); !read)
        return unexpected(read.error());
    }
  }
  ask.on_store = ask.resources.empty();
  if (!ask.view.empty() && !reference.empty())
    return refuse("expected one of viewResource and viewReference", "viewReference");
  if (!ask.view.empty()) return ask;
  if (reference.empty()) return refuse("a view is missing", "viewReference");
  auto view = named_view(reference, views_dir);
  if (!view) return unexpected(view.error());
  ask.view = std::move(*view);
  return ask;
}

struct ViewRun::State {
  Services& services;
  Principal principal;
  ViewAsk ask;
  views::View view;
  std::vector<std::string> columns;  ///< names
  std::optional<std::vector<ResidentId>> residents;
  Seq at = 0;
  Seq snapshot = 0;
  std::size_t resource = 0;
  std::int64_t rows = 0;
  bool begun = false;
  bool ended = false;
  std::vector<bool> noted;
  fhir::Parser parser;
  fhir::PaddedText text;
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::now() + longest_run;

  Result<void> prepare();
  Result<void> add_stretch(std::string& piece);
  Result<void> add_resource(std::string_view body, const std::string& name, std::string& piece);
  void add_row(const std::vector<std::string>& row, std::string& piece);
  Result<void> note(const std::vector<StoredVersion>& versions);
  bool is_full() const { return ask.limit >= 0 && rows >= ask.limit; }
};

Result<void> ViewRun::State::prepare() {
  const Store& store = services.hub.store();
  snapshot = store.last_seq();
  if (ask.since) {
    const auto first = store.first_since(Instant{ask.since->micros + 1});
    if (!first) return unexpected(first.error());
    at = *first - 1;
  }
  ExportAsk persons;
  persons.level = ask.group.empty() ? ExportLevel::system : ExportLevel::group;
  persons.group = ask.group;
  persons.patients = ask.patients;
  persons.snapshot = snapshot;
  auto found = residents_of(store, principal, std::move(persons), [] { return false; });
  if (!found) return unexpected(found.error());
  residents = std::move(*found);
  return {};
}

Result<void> ViewRun::State::note(const std::vector<StoredVersion>& versions) {
  std::vector<Store::AuditEntry> entries;
  for (const StoredVersion& version : versions) {
    if (version.resident == 0) continue;
    const auto resident = static_cast<std::size_t>(version.resident);
    if (noted.size() <= resident) noted.resize(resident + resident / 2 + 1);
    if (noted[resident]) continue;
    noted[resident] = true;
    entries.push_back(
        {services.clock(), principal.user, principal.purpose, "read",
         "resident " + std::to_string(version.resident) + " $viewdefinition-run/" + view.name(),
         principal.from});
  }
  if (entries.empty()) return {};
  return services.hub.store().note_acts(std::move(entries));
}

Result<void> ViewRun::State::add_stretch(std::string& piece) {
  const Store& store = services.hub.store();
  const Seq to = std::min(snapshot, at + versions_per_stretch);
  auto walked =
      store.walk(principal, {at, to, snapshot}, [this](std::string_view type, ResidentId resident) {
        return type == view.resource() &&
               (!residents || std::ranges::binary_search(*residents, resident));
      });
  if (!walked) return unexpected(walked.error());
  if (const auto done = note(walked->versions); !done) return done;
  for (const StoredVersion& version : walked->versions) {
    if (is_full()) break;
    const auto added = add_resource(version.json, version.type + "/" + version.id, piece);
    if (!added) return added;
  }
  at = walked->reached;
  ended = at >= snapshot || is_full();
  return {};
}

Result<void> ViewRun::State::add_resource(std::string_view body, const std::string& name,
                                          std::string& piece) {
  text.assign(body);
  const auto parsed = parser.parse(text.view());
  if (!parsed) return refuse(name + " is no resource of FHIR R4", "resource");
  auto made = views::json_rows(view, *parsed, most_steps);
  if (!made) {
    made.error().message = "the view does not fit " + name + ": " + made.error().message;
    return unexpected(made.error());
  }
  for (const std::vector<std::string>& row : *made) {
    if (is_full()) break;
    add_row(row, piece);
    ++rows;
  }
  return {};
}

void ViewRun::State::add_row(const std::vector<std::string>& row, std::string& piece) {
  if (ask.format != RowFormat::csv) {
    if (ask.format == RowFormat::json && rows > 0) piece += ',';
    for (std::size_t i = 0; i < row.size(); ++i)
      ((piece += i == 0 ? "{" : ",") += json_text(columns[i]) + ":") += row[i];
    piece += row.empty() ? "{}" : "}";
    if (ask.format == RowFormat::ndjson) piece += '\n';
    return;
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) piece += ',';
    if (row[i] == "null") continue;
    boost::system::error_code error;
    const json::value cell = row[i].front() == '"' ? json::parse(row[i], error) : json::value();
    piece += csv_field(cell.is_string() ? std::string_view(cell.get_string()) : row[i]);
  }
  piece += "\r\n";
}

ViewRun::ViewRun(std::unique_ptr<State> state) : state_(std::move(state)) {}
ViewRun::~ViewRun() = default;

Result<std::unique_ptr<ViewRun>> ViewRun::begin(Services& services, const Principal& principal,
                                                ViewAsk ask) {
  auto view = views::View::compile(ask.view);
  if (!view) return unexpected(view.error());
  std::vector<std::string> columns = view->columns();
  auto state = std::make_unique<State>(
      State{services, principal, std::move(ask), std::move(*view), std::move(columns), {}});
  if (state->ask.on_store)
    if (const auto prepared = state->prepare(); !prepared) return unexpected(prepared.error());
  return std::unique_ptr<ViewRun>(new ViewRun(std::move(state)));
}

Result<std::string> ViewRun::next() {
  State& state = *state_;
  std::string piece;
  if (!state.begun && state.ask.format == RowFormat::json) piece = "[";
  if (!state.begun && state.ask.format == RowFormat::csv && state.ask.header) {
    for (const std::string& column : state.columns)
      (piece += piece.empty() ? "" : ",") += csv_field(column);
    piece += "\r\n";
  }
  if (state.begun && state.ended) return piece;
  state.begun = true;
  while (!state.ended && piece.size() < piece_bytes) {
    if (std::chrono::steady_clock::now() > state.deadline)
      return fail(ErrorCode::unavailable, "this takes too long");
    Result<void> added;
    if (state.ask.on_store) {
      added = state.add_stretch(piece);
    } else {
      const std::size_t i = state.resource++;
      added =
          state.add_resource(state.ask.resources[i], "resource[" + std::to_string(i) + "]", piece);
      state.ended = state.resource == state.ask.resources.size() || state.is_full();
    }
    if (!added) return unexpected(added.error());
  }
  if (state.ended && state.ask.format == RowFormat::json) piece += "]";
  return piece;
}

}  // namespace hb::server::fhir_api
