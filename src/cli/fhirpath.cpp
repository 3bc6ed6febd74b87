#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "cli/commands.hpp"
#include "cli/content.hpp"
#include "cli/exit_code.hpp"
#include "fhir/check_profile.hpp"
#include "fhir/fhirpath.hpp"
#include "fhir/xml.hpp"

namespace hb::cli {
namespace {

struct FhirpathArguments {
  std::string expression;
  std::string input;
  std::string context;
  bool types = false;
};

Result<std::string> read_input(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  if (!in.good() && !in.eof()) return fail(ErrorCode::invalid_input, "cannot be read", path);
  const auto first = text.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  if (!path.ends_with(".xml") && (first == std::string::npos || text[first] != '<')) return text;
  auto json = fhir::xml_to_json(text);
  if (!json)
    return fail(ErrorCode::invalid_input, json.error().message, path + ", " + json.error().where);
  return json;
}

Result<fhir::Expression> compile(const std::string& text, fhir::TypeId focus) {
  auto expression = fhir::Expression::parse(text);
  if (!expression) return expression;
  if (auto checked = expression->check(focus); !checked) return unexpected(checked.error());
  return expression;
}

/// One JSON array; primitives that have extensions only have no value to print.
std::string to_array(fhir::Evaluation& evaluation, const fhir::Collection& items, bool types) {
  std::string out = "[";
  for (const fhir::Value& item : items) {
    const auto* element = std::get_if<fhir::Element>(&item);
    if (element != nullptr && element->absent) continue;
    if (out.size() > 1) out += ',';
    const std::string value = evaluation.json(item);
    out += types ? fmt::format("{{\"type\":\"{}\",\"value\":{}}}", fhir::type_name(item), value)
                 : value;
  }
  return out + "]";
}

/// The items of the expression for each item of the context, in order.
Result<fhir::Collection> evaluate(fhir::Evaluation& evaluation, const FhirpathArguments& arguments,
                                  const fhir::Value* root, fhir::TypeId type) {
  fhir::Collection focuses;
  if (root != nullptr) focuses.push_back(*root);
  if (!arguments.context.empty()) {
    auto context = compile(arguments.context, type);
    if (!context) return unexpected(context.error());
    auto found =
        root == nullptr ? evaluation.evaluate(*context) : evaluation.evaluate(*context, *root);
    if (!found) return unexpected(found.error());
    type = root == nullptr ? fhir::no_type : context->bind(type);
    focuses = std::move(*found);
  }
  const auto expression = compile(arguments.expression, type);
  if (!expression) return unexpected(expression.error());
  if (focuses.empty()) return evaluation.evaluate(*expression);
  fhir::Collection all;
  for (const fhir::Value& focus : focuses) {
    const auto items = evaluation.evaluate(*expression, focus);
    if (!items) return unexpected(items.error());
    all.insert(all.end(), items->begin(), items->end());
  }
  return all;
}

int refuse(const Error& error) {
  say_error(error);
  return exit_usage;
}

/// The profiles of scenes/core, for expressions that ask for one.
Result<fhir::Profiles> profiles_for(const FhirpathArguments& arguments) {
  const auto asks = [&](std::string_view function) {
    return arguments.expression.find(function) != std::string::npos ||
           arguments.context.find(function) != std::string::npos;
  };
  if (!asks("conformsTo") && !asks("slice")) return fhir::Profiles{};
  const auto content = find_content("", "scenes");
  if (!content) return fhir::Profiles{};  // R4's own types are known all the same
  return fhir::Profiles::load((*content / "core/profiles").string());
}

int run_fhirpath(const FhirpathArguments& arguments) {
  const auto profiles = profiles_for(arguments);
  if (!profiles) return refuse(profiles.error());
  fhir::Evaluation evaluation;
  evaluation.set_conformance({&*profiles});
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  evaluation.set_now({std::chrono::duration_cast<std::chrono::microseconds>(now).count()});
  fhir::Parser parser;
  fhir::PaddedText text;
  fhir::Value root;
  fhir::TypeId type = fhir::no_type;
  if (!arguments.input.empty()) {
    const auto input = read_input(arguments.input);
    if (!input) return refuse(input.error());
    text.assign(*input);
    const auto json = parser.parse_json(text.view());
    if (!json)
      return refuse(
          {ErrorCode::invalid_input, json.error().expected + " is expected", arguments.input});
    std::string_view name;
    if (!json->at_key("resourceType").get(name)) type = fhir::definitions::find_type(name);
    root = fhir::Element{*json, type};
    evaluation.reset(fhir::Resource{*json, name, {}, text.view()}, root);
  }
  const auto items =
      evaluate(evaluation, arguments, arguments.input.empty() ? nullptr : &root, type);
  if (!items) return refuse(items.error());
  fmt::print("{}\n", to_array(evaluation, *items, arguments.types));
  return exit_ok;
}

}  // namespace

void add_fhirpath(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<FhirpathArguments>();
  CLI::App* fhirpath =
      app.add_subcommand("fhirpath", "Evaluate a FHIRPath expression (JSON array on stdout)");
  fhirpath->add_option("--input", arguments->input, "Resource, JSON or XML; none: empty context")
      ->check(CLI::ExistingFile);
  fhirpath->add_option("--context", arguments->context,
                       "Expression whose items the expression is evaluated for, one by one");
  fhirpath->add_flag("--types", arguments->types, "Print {\"type\",\"value\"} for each item");
  fhirpath
      ->add_option("expression", arguments->expression, "FHIRPath; -- before it ends the options")
      ->required();
  fhirpath->footer(
      "Example:\n  healthbrain fhirpath --input patient.json \"name.where(use = "
      "'official').given\"\n"
      "  healthbrain fhirpath --types -- \"-1 + 2.50\"\n\n"
      "Exit code 2 when the expression is not valid, does not fit the type of the input (strict),\n"
      "or fails.");
  fhirpath->callback([&exit_code, arguments] { exit_code = run_fhirpath(*arguments); });
}

}  // namespace hb::cli
