#include <fmt/format.h>
#include <zlib.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "core/csv.hpp"
#include "fhir/fhirpath.hpp"
#include "views/view.hpp"

namespace hb::cli {
namespace {

struct ViewRunArguments {
  std::string view;
  std::vector<std::string> inputs;
  std::string format = "ndjson";
};

/// A resource and where it stands, for messages.
using UseResource = std::function<Result<void>(const fhir::Resource&, const std::string& where)>;

Result<std::string> unpacked(
    const std::string& path,
    const std::function<Result<void>(std::string_view, std::size_t)>* line) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (!file) return fail(ErrorCode::invalid_input, "the file cannot be opened", path);
  std::string text;
  std::string block(std::size_t{1} << 18, '\0');
  std::size_t number = 0;
  int got = 0;
  while ((got = gzread(file.get(), block.data(), static_cast<unsigned>(block.size()))) > 0) {
    text.append(block, 0, static_cast<std::size_t>(got));
    if (line == nullptr) continue;
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
      if (auto used = (*line)(std::string_view(text).substr(begin, end - begin), ++number); !used)
        return unexpected(used.error());
    text.erase(0, begin);
  }
  if (got < 0) return fail(ErrorCode::invalid_input, "the file cannot be read or unpacked", path);
  if (line != nullptr && !text.empty())
    if (auto used = (*line)(text, ++number); !used) return unexpected(used.error());
  return text;
}

/// Reads resources for one view from files of any kind that it may be given.
class Input {
 public:
  Input(std::string resource, UseResource use)
      : resource_(std::move(resource)), use_(std::move(use)) {}

  Result<void> read(const std::string& path) {
    const std::string_view name = path;
    const bool lines = name.ends_with(".ndjson") || name.ends_with(".ndjson.gz") ||
                       name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") ||
                       (name.ends_with(".gz") && !name.ends_with(".json.gz"));
    if (lines) return read_lines(path);
    const auto text = unpacked(path, nullptr);
    if (!text) return unexpected(text.error());
    text_.assign(*text);
    const auto root = parser_.parse_json(text_.view());
    if (!root) return read_lines(path);  // several resources in one .json: one per line
    return document(*root, path);
  }

 private:
  Result<void> read_lines(const std::string& path) {
    const std::function<Result<void>(std::string_view, std::size_t)> line =
        [&](std::string_view text, std::size_t number) { return one(text, path, number); };
    const auto read = unpacked(path, &line);
    if (!read) return unexpected(read.error());
    return {};
  }

  Result<void> one(std::string_view text, const std::string& path, std::size_t number) {
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) return {};
    text_.assign(text);
    const std::string where = path + ":" + std::to_string(number);
    const auto root = parser_.parse_json(text_.view());
    if (!root) return fail(ErrorCode::invalid_input, root.error().expected + " is expected", where);
    return document(*root, where);
  }

  /// A resource, or those of a Bundle or an array.
  Result<void> document(fhir::Json root, const std::string& where) {
    simdjson::dom::array list;
    std::string_view type;
    if (!root.get(list)) return parts(root, list, where, false);
    if (root.at_key("resourceType").get(type))
      return fail(ErrorCode::invalid_input, "a FHIR resource is expected", where);
    if (type == "Bundle" && resource_ != "Bundle" && !root.at_key("entry").get(list))
      return parts(root, list, where, true);
    return use_({root, type, {}, text_.view()}, where);
  }

  /// Each part as a document of its own, so that its numbers keep their digits.
  Result<void> parts(fhir::Json root, simdjson::dom::array list, const std::string& where,
                     bool entries) {
    fhir::Evaluation evaluation;
    evaluation.reset(fhir::Resource{root, {}, {}, text_.view()});
    fhir::Parser parser;
    fhir::PaddedText text;
    std::size_t index = 0;
    for (const fhir::Json item : list) {
      const std::string place =
          where + (entries ? ", entry[" : ", [") + std::to_string(index++) + "]";
      fhir::Json part = item;
      if (entries && item.at_key("resource").get(part)) continue;
      text.assign(evaluation.json(fhir::Element{part, fhir::no_type}));
      const auto json = parser.parse_json(text.view());
      std::string_view type;
      if (!json || json->at_key("resourceType").get(type))
        return fail(ErrorCode::invalid_input, "a FHIR resource is expected", place);
      if (auto used = use_({*json, type, {}, text.view()}, place); !used) return used;
    }
    return {};
  }

  std::string resource_;
  UseResource use_;
  fhir::Parser parser_;
  fhir::PaddedText text_;
};

std::string ndjson_row(const std::vector<std::string>& keys, const std::vector<std::string>& row) {
  std::string line = "{";
  for (std::size_t i = 0; i < row.size(); ++i)
    ((line += i == 0 ? "" : ",") += keys[i] + ":") += row[i];
  return line + "}\n";
}

/// Texts without quotes, null as nothing, lists and objects as JSON.
Result<std::string> csv_row(const std::vector<std::string>& row) {
  fhir::Parser parser;
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += ',';
    if (row[i] == "null") continue;
    if (!row[i].starts_with('"')) {
      line += csv_field(row[i]);
      continue;
    }
    const fhir::PaddedText text(row[i]);
    const auto json = parser.parse_json(text.view());
    std::string_view plain;
    if (!json || json->get(plain))
      return fail(ErrorCode::invalid_input, "a value is no text", row[i]);
    line += csv_field(std::string(plain));
  }
  return line + "\n";
}

int refuse(const Error& error) {
  say_error(error);
  return exit_usage;
}

int run_view(const ViewRunArguments& arguments) {
  std::ifstream in(arguments.view, std::ios::binary);
  const std::string definition{std::istreambuf_iterator<char>(in), {}};
  const auto view = views::View::compile(definition);
  if (!view) return refuse({view.error().code, view.error().message, arguments.view});
  const bool csv = arguments.format == "csv";
  std::vector<std::string> keys;
  std::string header;
  for (const std::string& column : view->columns()) {
    (header += header.empty() ? "" : ",") += csv_field(column);
    keys.push_back('"' + column + '"');  // names are letters, digits and _
  }
  if (csv) fmt::print("{}\n", header);
  Input input(view->resource(),
              [&](const fhir::Resource& resource, const std::string& where) -> Result<void> {
                const auto rows = views::json_rows(*view, resource);
                if (!rows) return fail(ErrorCode::invalid_input, rows.error().message, where);
                for (const auto& row : *rows) {
                  const Result<std::string> line =
                      csv ? csv_row(row) : Result<std::string>(ndjson_row(keys, row));
                  if (!line) return unexpected(line.error());
                  std::fwrite(line->data(), 1, line->size(), stdout);
                }
                return {};
              });
  for (const std::string& path : arguments.inputs)
    if (auto read = input.read(path); !read) return refuse(read.error());
  return exit_ok;
}

}  // namespace

void add_view(CLI::App& app, int& exit_code) {
  CLI::App* view = app.add_subcommand("view", "SQL on FHIR ViewDefinitions");
  view->require_subcommand(1);
  view->footer("Example:\n  healthbrain view run --view view.json --input patients.ndjson");

  auto arguments = std::make_shared<ViewRunArguments>();
  CLI::App* run = view->add_subcommand("run", "Rows of a view over FHIR files (stdout)");
  run->add_option("--view", arguments->view, "ViewDefinition, JSON")
      ->required()
      ->check(CLI::ExistingFile);
  run->add_option("--input", arguments->inputs,
                  "FHIR: .json (resource or Bundle), .ndjson, each also .gz; may be repeated")
      ->required()
      ->check(CLI::ExistingFile);
  run->add_option("--format", arguments->format, "Form of the rows")
      ->check(CLI::IsMember({"ndjson", "csv"}))
      ->capture_default_str();
  run->footer(
      "Example:\n  healthbrain view run --view patient.json --input a.ndjson b.json.gz --format "
      "csv\n\n"
      "Rows stand in the order of the input, columns in the order of the view. Exit code 2 when "
      "the\n"
      "view is not valid or an input does not fit it; the message names the place.");
  run->callback([&exit_code, arguments] { exit_code = run_view(*arguments); });
}

}  // namespace hb::cli
