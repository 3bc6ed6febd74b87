#include <fmt/format.h>

#include <chrono>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/text_input.hpp"
#include "forms/forms.hpp"

namespace hb::cli {
namespace {

struct FormArguments {
  std::string form;
  std::string response;
  std::vector<std::string> context;  ///< NAME=FILE
};

Result<forms::Questionnaire> read_form(const std::string& path) {
  const Result<std::string> text = read_text_input(path);
  if (!text) return unexpected(text.error());
  std::vector<forms::FormFault> faults;
  auto form = forms::read(*text, faults);
  for (const forms::FormFault& fault : faults)
    fmt::print("{}: {}{}\n", path, fault.path.empty() ? "" : fault.path + ": ", fault.message);
  if (form) return std::move(*form);
  return fail(ErrorCode::invalid_input, fmt::format("{} faults in the form", faults.size()), path);
}

Result<forms::Surrounding> surrounding(const FormArguments& arguments) {
  forms::Surrounding around;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  around.now = {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  for (const std::string& pair : arguments.context) {
    const std::size_t equal = pair.find('=');
    if (equal == std::string::npos)
      return fail(ErrorCode::invalid_input, "expected NAME=FILE, found “" + pair + "”");
    Result<std::string> text = read_text_input(pair.substr(equal + 1));
    if (!text) return unexpected(text.error());
    around.resources[pair.substr(0, equal)] = std::move(*text);
  }
  return around;
}

int run_check(const std::vector<std::string>& paths) {
  int code = exit_ok;
  for (const std::string& path : paths)
    if (const auto form = read_form(path); !form) code = give_up(form.error());
  return code;
}

int run_validate(const FormArguments& arguments) {
  const auto form = read_form(arguments.form);
  if (!form) return give_up(form.error());
  const auto response = read_text_input(arguments.response);
  if (!response) return give_up(response.error());
  const auto around = surrounding(arguments);
  if (!around) return give_up(around.error());
  const auto issues = forms::validate(*form, *response, *around);
  if (!issues) return give_up(issues.error());
  bool holds = true;
  for (const forms::Issue& issue : *issues) {
    fmt::print("{}: {}: {} ({})\n", issue.is_error ? "error" : "warning",
               issue.path.empty() ? "form" : issue.path, issue.message, issue.rule);
    holds = holds && !issue.is_error;
  }
  return holds ? exit_ok : exit_nothing_done;
}

using Making = Result<std::string> (*)(const forms::Questionnaire&, std::string_view,
                                       const forms::Surrounding&);

int run_making(const FormArguments& arguments, Making making) {
  const auto form = read_form(arguments.form);
  if (!form) return give_up(form.error());
  std::string response;
  if (!arguments.response.empty()) {
    auto text = read_text_input(arguments.response);
    if (!text) return give_up(text.error());
    response = std::move(*text);
  }
  const auto around = surrounding(arguments);
  if (!around) return give_up(around.error());
  const auto made = making(*form, response, *around);
  if (!made) return give_up(made.error());
  fmt::print("{}\n", *made);
  return exit_ok;
}

Result<std::string> prefilled(const forms::Questionnaire& form, std::string_view,
                              const forms::Surrounding& around) {
  return forms::prefill(form, around);
}

std::shared_ptr<FormArguments> add_arguments(CLI::App& command, bool has_response) {
  auto arguments = std::make_shared<FormArguments>();
  command.add_option("form", arguments->form, "Questionnaire, JSON")->required();
  if (has_response)
    command.add_option("response", arguments->response, "QuestionnaireResponse, JSON; - for stdin")
        ->required();
  command
      .add_option("--context", arguments->context,
                  "NAME=FILE: a resource that expressions know as %NAME; any number of times")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  return arguments;
}

void add_making(CLI::App& form, int& exit_code, const char* name, const char* what, Making making,
                bool has_response) {
  CLI::App* command = form.add_subcommand(name, what);
  auto arguments = add_arguments(*command, has_response);
  command->callback(
      [&exit_code, arguments, making] { exit_code = run_making(*arguments, making); });
}

}  // namespace

void add_form(CLI::App& app, int& exit_code) {
  CLI::App* form = app.add_subcommand("form", "Forms: FHIR Questionnaires and their answers");
  form->require_subcommand(1);
  form->footer(
      "Example:\n  healthbrain form check verification.json\n"
      "  healthbrain form validate verification.json answers.json\n\n"
      "Exit code 1 when a form has faults or answers do not hold. What is understood: "
      "docs/forms.md");
  auto paths = std::make_shared<std::vector<std::string>>();
  CLI::App* check = form->add_subcommand("check", "Check forms; each fault on stdout (exit 1)");
  check->add_option("forms", *paths, "Questionnaires, JSON")->required();
  check->callback([&exit_code, paths] { exit_code = run_check(*paths); });
  CLI::App* validate =
      form->add_subcommand("validate", "Check answers; each issue on stdout (exit 1 on an error)");
  auto arguments = add_arguments(*validate, true);
  validate->callback([&exit_code, arguments] { exit_code = run_validate(*arguments); });
  add_making(*form, exit_code, "calculate", "Answers with their calculated items", forms::calculate,
             true);
  add_making(*form, exit_code, "prefill", "A response to begin with", prefilled, false);
  add_making(*form, exit_code, "extract", "Resources that answers make: a transaction Bundle",
             forms::extract, true);
}

}  // namespace hb::cli
