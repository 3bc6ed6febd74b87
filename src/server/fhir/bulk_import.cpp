#include "server/fhir/bulk_import.hpp"

#include <algorithm>
#include <filesystem>

#include <boost/url.hpp>

#include "ingest/load.hpp"
#include "server/fhir/answer.hpp"
#include "server/http_client.hpp"
#include "server/services.hpp"
#include "server/upload.hpp"

namespace hb::server::fhir_api {

namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t most_inputs = 1'000;
constexpr std::uint64_t most_bytes = std::uint64_t{1} << 40;
constexpr std::int64_t problems_at_once = 500;

unexpected<Error> refuse(std::string text, std::string where) {
  return fail(ErrorCode::invalid_input, std::move(text), std::move(where));
}

/// The text of a value[x]; empty when there is none.
std::string value_in(const json::object& parameter) {
  for (const auto& member : parameter)
    if (member.key().starts_with("value") && member.value().is_string())
      return std::string(member.value().get_string());
  return {};
}

std::string name_in(const json::object& parameter) {
  const json::value* name = parameter.if_contains("name");
  return name != nullptr && name->is_string() ? std::string(name->get_string()) : "";
}

Result<ImportInput> input_in(const json::object& parameter) {
  ImportInput input;
  const json::value* parts = parameter.if_contains("part");
  if (parts != nullptr && parts->is_array())
    for (const json::value& part : parts->get_array()) {
      if (!part.is_object()) continue;
      if (name_in(part.get_object()) == "type") input.type = value_in(part.get_object());
      if (name_in(part.get_object()) == "url") input.url = value_in(part.get_object());
    }
  if (!fhir::is_resource_type(input.type)) return refuse("expected a resource type", "input.type");
  if (input.url.empty()) return refuse("expected the address of a file", "input.url");
  return input;
}

Result<void> check_format(const std::string& format) {
  for (const std::string_view known : {"application/fhir+ndjson", "application/ndjson", "ndjson"})
    if (format == known) return {};
  return refuse("files are taken as application/fhir+ndjson", "inputFormat");
}

/// Neither "." nor ".." nor a hidden slash, which another reader of the path could follow.
bool is_plain_path(std::string_view path) {
  for (const std::string_view bad :
       {"/./", "/../", "//", "\\", "%2e", "%2E", "%2f", "%2F", "%5c", "%5C", "%00"})
    if (path.find(bad) != std::string_view::npos) return false;
  return !path.ends_with("/..") && !path.ends_with("/.");
}

bool begins_as(const boost::urls::url_view& url, const boost::urls::url_view& allowed) {
  const auto port = [](const boost::urls::url_view& one) {
    if (one.has_port() && !one.port().empty()) return std::string(one.port());
    return std::string(one.scheme() == "https" ? "443" : "80");
  };
  const std::string path(url.encoded_path());
  std::string beginning(allowed.encoded_path());
  if (!beginning.ends_with('/')) beginning += '/';
  return url.scheme() == allowed.scheme() && url.host_address() == allowed.host_address() &&
         port(url) == port(allowed) && (path.starts_with(beginning) || path + "/" == beginning);
}

Result<ImportPlace> web_place(const ImportSources& sources, const std::string& url) {
  const auto read = boost::urls::parse_uri(url);
  const auto refused = [] {
    return fail(ErrorCode::forbidden, "files may not come from this address", "input.url");
  };
  if (!read || read->host().empty() || read->has_userinfo() || read->has_fragment() ||
      !is_plain_path(std::string(read->encoded_path())))
    return refused();
  for (const std::string& allowed : sources.addresses) {
    const auto beginning = boost::urls::parse_uri(allowed);
    if (beginning && begins_as(*read, *beginning)) return ImportPlace{"", url};
  }
  return refused();
}

Result<ImportPlace> folder_place(const ImportSources& sources, std::string_view name) {
  if (name.starts_with("file://")) name.remove_prefix(std::string_view("file://").size());
  while (name.starts_with('/')) name.remove_prefix(1);
  std::error_code error;
  const auto refused = [] {
    return fail(ErrorCode::forbidden, "there is no such file in the folder of imports",
                "input.url");
  };
  if (sources.folder.empty() || name.find('\0') != std::string_view::npos) return refused();
  const fs::path folder = fs::canonical(sources.folder, error);
  if (error) return refused();
  const fs::path file = fs::canonical(folder / name, error);
  if (error || !fs::is_regular_file(file, error)) return refused();
  const auto [end, ignored] = std::mismatch(folder.begin(), folder.end(), file.begin(), file.end());
  if (end != folder.end()) return refused();
  return ImportPlace{file.string(), ""};
}

}  // namespace

Result<std::vector<ImportInput>> parse_import(std::string_view body) {
  boost::system::error_code error;
  const json::value whole = json::parse(body, error);
  if (error || text_member(body, "resourceType") != "Parameters")
    return refuse("expected a resource Parameters", "");
  std::vector<ImportInput> inputs;
  bool format = false;
  const json::value* list = whole.as_object().if_contains("parameter");
  if (list == nullptr || !list->is_array()) return refuse("expected a list", "parameter");
  for (const json::value& one : list->get_array()) {
    if (!one.is_object()) return refuse("expected objects", "parameter");
    const json::object& parameter = one.get_object();
    const std::string name = name_in(parameter);
    if (name == "inputFormat") {
      if (const auto known = check_format(value_in(parameter)); !known)
        return unexpected(known.error());
      format = true;
    } else if (name == "input") {
      const auto input = input_in(parameter);
      if (!input) return unexpected(input.error());
      inputs.push_back(*input);
    } else if (name != "inputSource" && name != "storageDetail" && name != "mode") {
      return refuse("known are inputFormat inputSource storageDetail input", name.substr(0, 40));
    }
  }
  if (!format) return refuse("expected application/fhir+ndjson", "inputFormat");
  if (inputs.empty() || inputs.size() > most_inputs)
    return refuse("expected 1 to " + std::to_string(most_inputs) + " files", "input");
  return inputs;
}

Result<ImportPlace> place_of(const ImportSources& sources, const std::string& url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  return web ? web_place(sources, url) : folder_place(sources, url);
}

json::object object_of(const std::vector<ImportInput>& inputs) {
  json::array list;
  for (const ImportInput& input : inputs)
    list.push_back(json::object{{"type", input.type}, {"url", input.url}});
  return {{"inputs", std::move(list)}};
}

namespace {

std::vector<ImportInput> inputs_in(const json::object& ask) {
  std::vector<ImportInput> inputs;
  for (const json::value& one : ask.at("inputs").as_array())
    inputs.push_back(
        {std::string(one.at("type").as_string()), std::string(one.at("url").as_string())});
  return inputs;
}

class Import {
 public:
  Import(Jobs::Work& work, Services& services)
      : work_(work), services_(services), inputs_(inputs_in(work.job().ask)) {}

  Result<void> run() {
    json::array done;
    if (const json::value* list = work_.job().reached.if_contains("done")) done = list->as_array();
    while (done.size() < inputs_.size()) {
      auto ended = take(done.size());
      if (work_.stopping()) return fail(ErrorCode::unavailable, "stopped");
      if (!ended) return unexpected(ended.error());
      done.push_back(std::move(*ended));
      if (const Result<void> kept = work_.keep({{"done", done}}); !kept) return kept;
    }
    return {};
  }

 private:
  /// What became of one input: the delivery that holds it, or why there is none.
  Result<json::object> take(std::size_t number);
  Result<std::string> fetch(const std::string& address, std::size_t number);
  Result<json::object> load(const std::string& path, std::size_t number);
  void progress(std::size_t number, double fraction) {
    const double all = static_cast<double>(inputs_.size());
    work_.progress((static_cast<double>(number) + fraction) / all,
                   "file " + std::to_string(number + 1) + " of " + std::to_string(inputs_.size()) +
                       ", " + std::to_string(static_cast<int>(fraction * 100)) + " %");
  }

  Jobs::Work& work_;
  Services& services_;
  std::vector<ImportInput> inputs_;
  std::string spool_key_;
};

/// The folder holds the fetched file alone, so that the delivery is called as its address ends.
Result<std::string> Import::fetch(const std::string& address, std::size_t number) {
  UploadFile file(work_.directory());
  const auto fetched = fetch_web(address, services_.imports.roots, most_bytes,
                                 [&](std::string_view piece) -> Result<void> {
                                   if (work_.stopping())
                                     return fail(ErrorCode::unavailable, "stopped");
                                   return file.write(piece);
                                 });
  if (!fetched) return unexpected(fetched.error());
  Upload upload = file.finish();
  if (upload.bytes == 0) return fail(ErrorCode::invalid_input, "the file is empty");
  const auto url = boost::urls::parse_uri(address);
  std::string name(url->encoded_path());
  name = name.substr(name.rfind('/') + 1);
  std::erase_if(name, [](unsigned char c) {
    return std::isalnum(c) == 0 && c != '-' && c != '_' && c != '.';
  });
  while (name.starts_with('.')) name.erase(0, 1);
  if (name.empty() || name.size() > 100) name = "input.ndjson";
  const fs::path folder = fs::path(work_.directory()) / ("input-" + std::to_string(number));
  std::error_code error;
  fs::remove_all(folder, error);
  fs::create_directory(folder, error);
  if (!error) fs::rename(upload.path, folder / name, error);
  if (error) {
    remove_upload(upload);
    return fail(ErrorCode::unavailable, error.message());
  }
  spool_key_ = upload.spool_key;
  return (folder / name).string();
}

Result<json::object> Import::load(const std::string& path, std::size_t number) {
  Uploads::Loading alone(services_.uploads);
  while (!alone.begins()) {  // another load runs
    if (work_.stopping()) return fail(ErrorCode::unavailable, "stopped");
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  std::atomic<bool> cancel{false};
  ingest::LoadOptions options;
  options.source = "import:" + work_.job().owner.user;
  options.cancel = &cancel;
  options.spool_key = spool_key_;
  options.progress = [&](double fraction, std::int64_t) {
    progress(number, fraction);
    if (work_.stopping()) cancel = true;
  };
  const auto report = ingest::load(services_.hub, {path}, options);
  if (!report) return unexpected(report.error());
  if (!report->failed.empty())
    return fail(ErrorCode::invalid_input, report->failed.front().message);
  if (report->deliveries.empty()) return fail(ErrorCode::unavailable, "nothing was loaded");
  return json::object{{"delivery", report->deliveries.front()}};
}

/// What is wrong with one file does not keep the others from being taken.
Result<json::object> Import::take(std::size_t number) {
  progress(number, 0);
  spool_key_.clear();
  const auto place = place_of(services_.imports, inputs_[number].url);
  if (!place) return json::object{{"error", place.error().message}};
  Result<std::string> path = place->path;
  if (!place->address.empty()) path = fetch(place->address, number);
  Result<json::object> ended = path ? load(*path, number) : unexpected(path.error());
  std::error_code ignored;
  fs::remove_all(fs::path(work_.directory()) / ("input-" + std::to_string(number)), ignored);
  if (!ended && !work_.stopping()) return json::object{{"error", ended.error().message}};
  return ended;
}

}  // namespace

Result<void> run_import(Jobs::Work& work, Services& services) {
  return Import(work, services).run();
}

std::string import_manifest(const Job& job, Services& services, const std::string& base) {
  const std::vector<ImportInput> inputs = inputs_in(job.ask);
  const json::array& done = job.reached.at("done").as_array();
  json::array output;
  json::array errors;
  for (std::size_t i = 0; i < inputs.size() && i < done.size(); ++i) {
    const json::object& one = done[i].as_object();
    const std::string url = base + "/errors-" + std::to_string(i + 1) + ".ndjson";
    if (one.contains("error")) {
      errors.push_back(json::object{
          {"type", "OperationOutcome"}, {"inputUrl", inputs[i].url}, {"count", 1}, {"url", url}});
      continue;
    }
    const auto delivery =
        services.hub.store().delivery(Principal::system("import"), one.at("delivery").as_int64());
    if (!delivery) continue;
    output.push_back(json::object{{"type", inputs[i].type},
                                  {"inputUrl", inputs[i].url},
                                  {"count", delivery->accepted + delivery->duplicates},
                                  {"accepted", delivery->accepted},
                                  {"duplicates", delivery->duplicates},
                                  {"quarantined", delivery->quarantined},
                                  {"delivery", delivery->id}});
    if (delivery->quarantined > 0)
      errors.push_back(json::object{{"type", "OperationOutcome"},
                                    {"inputUrl", inputs[i].url},
                                    {"count", delivery->quarantined},
                                    {"url", url}});
  }
  return json::serialize(json::object{{"transactionTime", format_instant(job.ended)},
                                      {"request", job.request},
                                      {"output", std::move(output)},
                                      {"error", std::move(errors)}});
}

namespace {

/// Without what was found: that may name a person. The line as it came is among the problem data.
std::string outcome_line(const records::Problem& problem, const std::string& file) {
  return outcome_text({{"error", "invalid",
                        "line " + std::to_string(problem.line) + " of " + file + ": " +
                            problem.rule + ": expected " + problem.expected,
                        problem.path}}) +
         "\n";
}

}  // namespace

std::function<Result<std::string>()> import_errors(const Job& job, Services& services,
                                                   std::string_view name) {
  const std::vector<ImportInput> inputs = inputs_in(job.ask);
  const json::array& done = job.reached.at("done").as_array();
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (name != "errors-" + std::to_string(i + 1) + ".ndjson") continue;
    const json::object& one = done[i].as_object();
    if (const json::value* error = one.if_contains("error"))
      return [line = outcome_text({{"error", "processing", std::string(error->as_string()),
                                    inputs[i].url}}) +
                     "\n",
              given = false]() mutable -> Result<std::string> {
        return std::exchange(given, true) ? std::string() : line;
      };
    const DeliveryId delivery = one.at("delivery").as_int64();
    return [&services, delivery, file = inputs[i].url,
            offset = std::int64_t{0}]() mutable -> Result<std::string> {
      const auto problems = services.hub.store().problems(Principal::system("import"), delivery, -1,
                                                          offset, problems_at_once);
      if (!problems) return unexpected(problems.error());
      std::string lines;
      for (const records::Problem& problem : *problems) lines += outcome_line(problem, file);
      offset += problems_at_once;
      return lines;
    };
  }
  return nullptr;
}

}  // namespace hb::server::fhir_api
