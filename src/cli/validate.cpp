#include <fmt/format.h>

#include <boost/json.hpp>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "cli/validate_input.hpp"
#include "fhir/check_validator.hpp"

namespace hb::cli {

namespace {

namespace json = boost::json;

struct ValidateArguments {
  std::vector<std::string> files;
  std::string profile;
  std::string format = "text";
  std::string scenes;
  bool simulated = false;
  bool rules = false;
};

struct Found {
  std::string file;
  std::size_t line;
  fhir::Fault fault;
};

struct Outcome {
  std::vector<Found> found;
  std::vector<Error> unread;  ///< files of which nothing could be said
  std::size_t resources = 0;
  std::size_t errors = 0;  ///< found, above a warning
};

/// The issue type of FHIR that a rule belongs to.
std::string_view issue_code(std::string_view rule) {
  constexpr struct {
    std::string_view rule;
    std::string_view code;
  } codes[] = {{"not-json", "structure"},
               {"not-fhir", "structure"},
               {"too-deep", "too-long"},
               {"unknown-type", "structure"},
               {"unknown-element", "structure"},
               {"wrong-type", "structure"},
               {"repeated", "structure"},
               {"empty", "structure"},
               {"required", "required"},
               {"profile-required", "required"},
               {"value-set", "code-invalid"},
               {"profile-value-set", "code-invalid"},
               {"bad-date", "value"},
               {"bad-value", "value"},
               {"bad-id", "value"},
               {"bad-identity-number", "value"},
               {"reference-target", "value"}};
  for (const auto& entry : codes)
    if (entry.rule == rule) return entry.code;
  return "invariant";
}

std::string_view severity(const fhir::Fault& fault) {
  return fault.level == fhir::Level::warn ? "warning" : "error";
}

void validate_text(const std::string& file, const ValidatedText& text, fhir::Parser& parser,
                   fhir::Validator& validator, const fhir::Profile* profile, Outcome& outcome) {
  ++outcome.resources;
  const auto add = [&](const fhir::Fault& fault) {
    outcome.found.push_back({file, line_of(text, fault.path), fault});
    if (fault.level > fhir::Level::warn) ++outcome.errors;
  };
  const fhir::PaddedText padded(text.json);
  const auto root = parser.parse_json(padded.view());
  if (!root) return add(root.error());
  std::string_view type;
  if ((*root)["resourceType"].get(type) || !fhir::is_resource_type(type))
    return add(
        {"not-fhir", "resourceType", "the name of a FHIR R4 resource type", fhir::shorten(type)});
  for (const fhir::Fault& fault : validator.validate({*root, type, ""}, profile)) add(fault);
}

void print_text(const Outcome& outcome) {
  for (const Found& one : outcome.found)
    fmt::print("{}:{}: {} {} {}: expected {}{}{}\n", one.file, one.line, severity(one.fault),
               one.fault.rule, one.fault.path, one.fault.expected,
               one.fault.found.empty() ? "" : ", found ", one.fault.found);
  fmt::print("{} resources, {} errors, {} warnings\n", outcome.resources, outcome.errors,
             outcome.found.size() - outcome.errors);
}

void print_json(const Outcome& outcome) {
  json::array issues;
  for (const Found& one : outcome.found) {
    json::object issue{{"severity", severity(one.fault)},
                       {"code", issue_code(one.fault.rule)},
                       {"rule", one.fault.rule},
                       {"expression", json::array{one.fault.path}},
                       {"expected", one.fault.expected},
                       {"file", one.file},
                       {"line", one.line},
                       {"level", fhir::level_name(one.fault.level)}};
    if (!one.fault.found.empty()) issue["found"] = one.fault.found;
    issues.push_back(std::move(issue));
  }
  for (const Error& error : outcome.unread)
    issues.push_back(json::object{{"severity", "fatal"},
                                  {"code", "structure"},
                                  {"rule", "unreadable"},
                                  {"expected", error.message},
                                  {"file", error.where}});
  const json::object report{{"resourceType", "OperationOutcome"},
                            {"issue", std::move(issues)},
                            {"resources", outcome.resources},
                            {"errors", outcome.errors},
                            {"warnings", outcome.found.size() - outcome.errors}};
  fmt::print("{}\n", json::serialize(report));
}

/// What is checked beyond the structure, and what is not, with the reason.
int print_rules(const fhir::Rulebook& book) {
  json::array missing;
  for (const auto& rule : book.invariants.not_evaluated())
    missing.push_back(
        json::object{{"rule", rule.rule}, {"where", rule.where}, {"reason", rule.reason}});
  json::array unlisted;
  for (const auto& binding : fhir::definitions::unlisted_bindings())
    unlisted.push_back(json::object{{"element", binding.element}, {"valueSet", binding.value_set}});
  json::array profiles;
  for (const auto& profile : book.profiles.all) profiles.push_back(json::string(profile.url));
  const json::object report{{"invariants", fhir::definitions::invariants().size()},
                            {"notEvaluated", std::move(missing)},
                            {"bindingsNotListed", std::move(unlisted)},
                            {"profiles", std::move(profiles)}};
  fmt::print("{}\n", json::serialize(report));
  return exit_ok;
}

int run_validate(const ValidateArguments& arguments) {
  const auto content = find_content(arguments.scenes, "scenes");
  if (!content) return give_up(content.error());
  const auto book = fhir::Rulebook::load((*content / "core/profiles").string());
  if (!book) return give_up(book.error());
  if (arguments.rules) return print_rules(**book);
  if (arguments.files.empty()) {
    say_error("validate: a file is required");
    return exit_usage;
  }
  const fhir::Profile* profile = nullptr;
  if (!arguments.profile.empty()) {
    profile = (*book)->profiles.find(arguments.profile);
    if (profile == nullptr) {
      std::string known;
      for (const auto& one : (*book)->profiles.all) known += (known.empty() ? "" : ", ") + one.url;
      return give_up({ErrorCode::not_found, "there is no such profile; there are " + known,
                      arguments.profile});
    }
  }
  fhir::Parser parser;
  fhir::Validator validator(*book, {.simulated = arguments.simulated, .max_faults = 100});
  Outcome outcome;
  for (const std::string& file : arguments.files) {
    const auto texts = read_validated(file);
    if (!texts) {
      outcome.unread.push_back(texts.error());
      say_error(texts.error());
      continue;
    }
    for (const ValidatedText& text : *texts)
      validate_text(file, text, parser, validator, profile, outcome);
  }
  arguments.format == "json" ? print_json(outcome) : print_text(outcome);
  if (!outcome.unread.empty()) return exit_nothing_done;
  return outcome.errors > 0 ? exit_some_put_aside : exit_ok;
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ValidateArguments>();
  CLI::App* validate =
      app.add_subcommand("validate", "Hold FHIR resources against R4 and our own profiles");
  validate->add_option("files", arguments->files, "FHIR JSON, XML or NDJSON; .gz of these");
  validate->add_option("--profile", arguments->profile,
                       "Also against this profile (its canonical URL)");
  validate->add_option("--format", arguments->format, "text, or json: an OperationOutcome")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  validate->add_flag("--simulated", arguments->simulated,
                     "Accept what only a simulated store may hold (area 77)");
  validate->add_flag("--rules", arguments->rules,
                     "Instead: which rules are not checked and why, as JSON");
  validate->add_option("--scenes", arguments->scenes,
                       "Scenes directory; found beside the program if not given");
  validate->footer(
      "Example:\n  healthbrain validate patient.json card.xml\n"
      "  healthbrain validate --profile "
      "https://health-brain.org/fhir/StructureDefinition/resident people.ndjson\n\n"
      "Exit codes: 0 no errors (warnings may be), 3 errors, 1 a file could not be read, 2 wrong "
      "usage.");
  validate->callback([&exit_code, arguments] { exit_code = run_validate(*arguments); });
}

}  // namespace hb::cli
