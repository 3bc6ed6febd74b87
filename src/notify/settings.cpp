#include "notify/settings.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <boost/json.hpp>
#include <fstream>
#include <set>

namespace hb::notify {

namespace {

namespace fs = std::filesystem;

/// Reads the parts of the file one after the other; the first fault is said.
class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file.string()), folder_(file.parent_path()) {}

  Result<Settings> run() {
    YAML::Node root;
    try {
      root = YAML::LoadFile(file_);
    } catch (const YAML::Exception& wrong) {
      return fail(ErrorCode::invalid_input, wrong.what(), file_);
    }
    if (!root.IsMap() || text(root, "schema", true) != "notify-1")
      fault(root, "expected a mapping with schema: notify-1");
    only(root, {"schema", "link", "email", "webhooks", "people"});
    settings_.link = text(root, "link", true);
    while (settings_.link.ends_with('/')) settings_.link.pop_back();
    if (root["email"]) mail(root["email"]);
    if (root["webhooks"])
      for (const YAML::Node& one : list(root, "webhooks")) webhook(one);
    if (root["people"]) people(root["people"]);
    if (fault_) return unexpected(*fault_);
    return std::move(settings_);
  }

 private:
  void fault(const YAML::Node& at, const std::string& what) {
    if (fault_) return;
    const YAML::Mark mark = at.Mark();
    fault_ =
        Error{ErrorCode::invalid_input, what,
              file_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1)};
  }

  void only(const YAML::Node& node, const std::set<std::string>& keys) {
    if (!node.IsMap()) return fault(node, "expected a mapping");
    for (const auto& member : node)
      if (!keys.contains(member.first.as<std::string>()))
        fault(member.first, "unknown key “" + member.first.as<std::string>() + "”");
  }

  std::string text(const YAML::Node& node, const char* key, bool required = false) {
    if (!node.IsMap() || !node[key]) {
      if (required) fault(node, std::string(key) + " is missing");
      return {};
    }
    if (!node[key].IsScalar()) {
      fault(node[key], std::string(key) + " must be a text");
      return {};
    }
    return node[key].as<std::string>();
  }

  YAML::Node list(const YAML::Node& node, const char* key) {
    if (node[key].IsSequence()) return node[key];
    fault(node[key], std::string(key) + " must be a list");
    return {};
  }

  /// The first line of a file whose name stands there: secrets are not in the settings.
  std::string secret(const YAML::Node& node, const char* key) {
    const std::string name = text(node, key);
    if (name.empty()) return {};
    std::ifstream in(folder_ / name);
    std::string line;
    if (!std::getline(in, line)) fault(node[key], "the file " + name + " cannot be read");
    while (line.ends_with('\r') || line.ends_with(' ')) line.pop_back();
    return line;
  }

  std::map<std::string, Pattern> templates(const YAML::Node& node,
                                           std::map<std::string, Pattern> known) {
    if (!node["templates"]) return known;
    only(node["templates"], {"zh", "en"});
    if (fault_) return known;
    for (const auto& one : node["templates"]) {
      only(one.second, {"subject", "text"});
      Pattern& pattern = known[one.first.as<std::string>()];
      if (one.second["subject"]) pattern.subject = text(one.second, "subject");
      pattern.text = text(one.second, "text", true);
    }
    return known;
  }

  void mail(const YAML::Node& node) {
    only(node, {"server", "port", "tls", "user", "password_file", "from", "from_name", "roots",
                "templates"});
    if (fault_) return;
    MailSettings& mail = settings_.mail;
    mail.server = text(node, "server", true);
    const std::string tls = text(node, "tls");
    if (tls == "none")
      mail.tls = MailSettings::Tls::none;
    else if (tls == "starttls")
      mail.tls = MailSettings::Tls::starttls;
    else if (!tls.empty() && tls != "implicit")
      fault(node["tls"], "tls must be implicit, starttls or none");
    mail.port = mail.tls == MailSettings::Tls::implicit   ? 465
                : mail.tls == MailSettings::Tls::starttls ? 587
                                                          : 25;
    if (node["port"]) {
      mail.port = node["port"].as<int>(0);
      if (mail.port < 1 || mail.port > 65535) fault(node["port"], "port must be 1 to 65535");
    }
    mail.user = text(node, "user");
    mail.password = secret(node, "password_file");
    mail.from = address(node, "from");
    mail.from_name = text(node, "from_name");
    mail.roots = path(node, "roots");
    // Nothing of the message itself: whoever reads the mail has not logged in.
    mail.templates = templates(
        node, {{"zh",
                {"健康大脑：您有新的工作消息",
                 "{name}：\n您好，您有一条新的工作消息，请登录查看：\n{link}\n\n"
                 "本邮件由系统发出，请勿回复。\n"}},
               {"en",
                {"Health Brain: a message about your work",
                 "{name},\nthere is a new message about your work. Log in to read it:\n{link}\n\n"
                 "This mail was sent by the system; please do not answer it.\n"}}});
  }

  std::string path(const YAML::Node& node, const char* key) {
    const std::string name = text(node, key);
    if (name.empty()) return {};
    const fs::path file = folder_ / name;
    std::error_code none;
    if (!fs::exists(file, none)) fault(node[key], "the file " + name + " is not there");
    return file.string();
  }

  std::string address(const YAML::Node& node, const char* key) {
    const std::string value = text(node, key, true);
    const std::size_t at = value.find('@');
    const bool fits = at != std::string::npos && at > 0 && at + 1 < value.size() &&
                      value.find_first_of(" \t\r\n<>,;\"") == std::string::npos;
    if (!fits && node.IsMap() && node[key])
      fault(node[key], std::string(key) + " must be an address such as name@example.gov.cn");
    return value;
  }

  void webhook(const YAML::Node& node) {
    only(node, {"id", "to", "url", "headers", "secret_headers", "body", "roots", "templates"});
    if (fault_) return;
    Webhook hook;
    hook.id = text(node, "id", true);
    hook.to = text(node, "to", true);
    hook.url = text(node, "url", true);
    if (!hook.url.starts_with("https://") && !hook.url.starts_with("http://127.0.0.1:"))
      fault(node, "url must begin with https:// (or http://127.0.0.1: for this machine)");
    hook.body = text(node, "body", true);
    boost::system::error_code wrong;
    (void)boost::json::parse(hook.body, wrong);
    if (wrong && node["body"]) fault(node["body"], "body must be JSON: " + wrong.message());
    if (node["headers"])
      for (const auto& one : node["headers"])
        hook.headers[one.first.as<std::string>()] = one.second.as<std::string>("");
    if (node["secret_headers"])
      for (const auto& one : node["secret_headers"])
        hook.headers[one.first.as<std::string>()] =
            secret(node["secret_headers"], one.first.as<std::string>().c_str());
    hook.roots = path(node, "roots");
    hook.templates = templates(node, {{"zh", {"", "健康大脑：您有新的工作消息，请登录查看。"}},
                                      {"en", {"", "Health Brain: a message about your work."}}});
    settings_.webhooks.push_back(std::move(hook));
  }

  void people(const YAML::Node& node) {
    if (!node.IsMap()) return fault(node, "people must be a mapping of accounts");
    for (const auto& one : node) {
      if (!one.second.IsMap()) return fault(one.second, "expected email, phone and such");
      Contact contact;
      for (const auto& way : one.second) {
        const std::string key = way.first.as<std::string>();
        if (key == "language")
          contact.language = way.second.as<std::string>("zh");
        else
          contact.ways[key] =
              key == "email" ? address(one.second, "email") : way.second.as<std::string>("");
      }
      if (contact.language != "zh" && contact.language != "en")
        fault(one.second, "language must be zh or en");
      settings_.people[one.first.as<std::string>()] = std::move(contact);
    }
  }

  std::string file_;
  fs::path folder_;
  Settings settings_;
  std::optional<Error> fault_;
};

}  // namespace

std::vector<std::string> Settings::channels_of(const std::string& user) const {
  std::vector<std::string> channels;
  const auto person = people.find(user);
  if (person == people.end()) return channels;
  if (!mail.server.empty() && person->second.ways.contains("email")) channels.emplace_back("email");
  for (const Webhook& hook : webhooks)
    if (person->second.ways.contains(hook.to)) channels.push_back(hook.id);
  return channels;
}

Result<Settings> read_settings(const fs::path& file) {
  try {
    return Reader(file).run();
  } catch (const YAML::Exception& wrong) {
    return fail(ErrorCode::invalid_input, wrong.what(), file.string());
  }
}

std::string filled(const std::string& text, const std::map<std::string, std::string>& values,
                   bool json) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t close = text[at] == '{' ? text.find('}', at) : std::string::npos;
    const auto value = close == std::string::npos
                           ? values.end()
                           : values.find(text.substr(at + 1, close - at - 1));
    if (value == values.end()) {
      out += text[at++];
      continue;
    }
    const std::string quoted = boost::json::serialize(boost::json::string(value->second));
    out += json ? quoted.substr(1, quoted.size() - 2) : value->second;
    at = close + 1;
  }
  return out;
}

}  // namespace hb::notify
