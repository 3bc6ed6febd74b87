#include "workflow/flow_forms.hpp"

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "forms/disabled.hpp"
#include "forms/json_text.hpp"

namespace hb::workflow {
namespace {

Result<std::string> text_at(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::not_found, "there is no such form", path);
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

bool is_complete(std::string_view response) {
  boost::system::error_code wrong;
  const boost::json::value body = boost::json::parse(response, wrong);
  const boost::json::object* object = wrong ? nullptr : body.if_object();
  const boost::json::value* status = object != nullptr ? object->if_contains("status") : nullptr;
  return status != nullptr && (*status == "completed" || *status == "amended");
}

Result<std::string> path_of(const Flow& flow, const std::string& name) {
  const auto file = flow.forms.find(name);
  if (file == flow.forms.end())
    return fail(ErrorCode::not_found, "there is no form “" + name + "”");
  return (std::filesystem::path(flow.file).parent_path() / file->second).string();
}

}  // namespace

Result<std::vector<forms::FormFault>> form_faults(const std::string& path) {
  const Result<std::string> text = text_at(path);
  if (!text) return unexpected(text.error());
  std::vector<forms::FormFault> faults;
  (void)forms::read(*text, faults);
  return faults;
}

Result<std::shared_ptr<const forms::Questionnaire>> FlowForms::form_of(const Flow& flow,
                                                                       const std::string& name) {
  const Result<std::string> path = path_of(flow, name);
  if (!path) return unexpected(path.error());
  const std::scoped_lock lock(mutex_);
  if (const auto known = forms_.find(*path); known != forms_.end()) return known->second;
  const Result<std::string> text = text_at(*path);
  if (!text) return unexpected(text.error());
  std::vector<forms::FormFault> faults;
  auto form = forms::read(*text, faults);
  if (!form)
    return fail(ErrorCode::invalid_input, "the form has faults: " + faults.front().message, *path);
  return forms_.emplace(*path, std::make_shared<const forms::Questionnaire>(std::move(*form)))
      .first->second;
}

Result<std::vector<std::string>> FlowForms::issues(const Flow& flow, const std::string& name,
                                                   std::string_view response) {
  const auto form = form_of(flow, name);
  if (!form) return unexpected(form.error());
  const auto issues = forms::validate(**form, response, {clock_(), {}});
  if (!issues) return unexpected(issues.error());
  std::vector<std::string> sentences;
  if (!is_complete(response)) sentences.push_back("the form is not completed");
  for (const forms::Issue& issue : *issues)
    if (issue.is_error)
      sentences.push_back((issue.path.empty() ? "" : issue.path + ": ") + issue.message);
  return sentences;
}

Result<std::vector<std::string>> FlowForms::extract(const Flow& flow, const std::string& name,
                                                    std::string_view response) {
  const auto form = form_of(flow, name);
  if (!form) return unexpected(form.error());
  const auto bundle = forms::extract(**form, response, {clock_(), {}});
  if (!bundle) return unexpected(bundle.error());
  const boost::json::value body = boost::json::parse(*bundle);  // made by forms::extract
  std::vector<std::string> resources;
  for (const boost::json::value& entry : body.at("entry").as_array())
    resources.push_back(forms::print(entry.at("resource")));
  return resources;
}

Result<std::string> FlowForms::text(const Flow& flow, const std::string& name) const {
  const Result<std::string> path = path_of(flow, name);
  if (!path) return unexpected(path.error());
  return text_at(*path);
}

Result<std::vector<forms::Issue>> FlowForms::check(const Flow& flow, const std::string& name,
                                                   std::string_view response) {
  const auto form = form_of(flow, name);
  if (!form) return unexpected(form.error());
  return forms::validate(**form, response, {clock_(), {}});
}

Result<std::vector<std::string>> FlowForms::disabled(const Flow& flow, const std::string& name,
                                                     std::string_view response) {
  const auto form = form_of(flow, name);
  if (!form) return unexpected(form.error());
  return forms::disabled_items(**form, response, {clock_(), {}});
}

Result<std::string> FlowForms::calculate(const Flow& flow, const std::string& name,
                                         std::string_view response) {
  const auto form = form_of(flow, name);
  if (!form) return unexpected(form.error());
  return forms::calculate(**form, response, {clock_(), {}});
}

Result<std::string> FlowForms::prefill(const Flow& flow, const std::string& name,
                                       std::map<std::string, std::string> resources) {
  const auto form = form_of(flow, name);
  if (!form) return unexpected(form.error());
  return forms::prefill(**form, {clock_(), std::move(resources)});
}

void FlowForms::forget() {
  const std::scoped_lock lock(mutex_);
  forms_.clear();
}

}  // namespace hb::workflow
