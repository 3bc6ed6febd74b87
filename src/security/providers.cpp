#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "security/open_id.hpp"

namespace hb::security {
namespace {

namespace fs = std::filesystem;

/// One description; a fault is thrown as Error and caught in read_provider alone.
class Reader {
 public:
  Reader(const fs::path& file, const YAML::Node& root)
      : file_(file.filename().string()), root_(root) {}

  Provider read() const {
    only(root_, "",
         {"schema", "id", "name", "issuer", "client_id", "client_secret_file", "client_secret_env",
          "authentication", "userinfo", "scopes", "roots_file", "account", "rights"});
    if (text(root_, "schema", "") != "identity-provider-1")
      fault("schema", "must be identity-provider-1");
    Provider provider;
    provider.id = text(root_, "id", "");
    if (provider.id.empty() ||
        provider.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
      fault("id", "must be small letters, digits and hyphens");
    provider.name = {text(root_["name"], "zh", "name.zh"), text(root_["name"], "en", "name.en")};
    provider.issuer = text(root_, "issuer", "");
    provider.client_id = text(root_, "client_id", "");
    provider.client_secret = secret();
    const std::string how = optional(root_, "authentication", "basic");
    if (how != "basic" && how != "form") fault("authentication", "must be basic or form");
    provider.secret_in_form = how == "form";
    provider.userinfo = flag(root_, "userinfo", true);
    provider.roots_file = optional(root_, "roots_file", "");
    for (const YAML::Node& one : root_["scopes"]) provider.scopes.push_back(one.as<std::string>());
    read_account(provider);
    read_rights(provider);
    return provider;
  }

 private:
  [[noreturn]] void fault(const std::string& key, const std::string& what) const {
    throw Error{ErrorCode::invalid_input, key + ": " + what, file_};
  }
  void only(const YAML::Node& node, const std::string& of,
            const std::vector<std::string>& known) const {
    if (!node.IsMap()) fault(of.empty() ? "file" : of, "must have members");
    for (const auto& member : node) {
      const auto name = member.first.as<std::string>();
      if (std::ranges::find(known, name) == known.end()) fault(of + name, "is not known");
    }
  }
  std::string optional(const YAML::Node& node, const char* name, const char* otherwise) const {
    const YAML::Node found = node.IsMap() ? node[name] : YAML::Node();
    if (!found.IsDefined() || found.IsNull()) return otherwise;
    if (!found.IsScalar()) fault(name, "must be a text");
    return found.as<std::string>();
  }
  std::string text(const YAML::Node& node, const char* name, const std::string& shown) const {
    const std::string value =
        node.IsDefined() && node.IsMap() ? optional(node, name, "") : std::string();
    if (value.empty()) fault(shown.empty() ? name : shown, "is missing");
    return value;
  }
  bool flag(const YAML::Node& node, const char* name, bool otherwise) const {
    const std::string value = optional(node, name, otherwise ? "true" : "false");
    if (value != "true" && value != "false") fault(name, "must be true or false");
    return value == "true";
  }

  /// A secret never stands in the description itself.
  std::string secret() const {
    const std::string file = optional(root_, "client_secret_file", "");
    const std::string variable = optional(root_, "client_secret_env", "");
    if (!file.empty() && !variable.empty())
      fault("client_secret_file", "and client_secret_env exclude each other");
    std::string value;
    if (!file.empty()) {
      std::ifstream in(file, std::ios::binary);
      if (!in) fault("client_secret_file", "cannot be read");
      value.assign(std::istreambuf_iterator<char>(in), {});
      while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
    } else if (!variable.empty()) {
      const char* found = std::getenv(variable.c_str());
      if (found == nullptr) fault("client_secret_env", "is not set");
      value = found;
    }
    if (value.empty() && (!file.empty() || !variable.empty())) fault("client_secret", "is empty");
    return value;
  }

  void read_account(Provider& provider) const {
    const YAML::Node account = root_["account"];
    if (!account.IsDefined()) return;
    only(account, "account.", {"name", "display", "create"});
    provider.name_claim = optional(account, "name", "");
    provider.display_claim = optional(account, "display", "");
    provider.create = flag(account, "create", false);
    if (provider.create && provider.name_claim.empty())
      fault("account.name", "is missing: accounts that are made need a name");
  }

  void read_rights(Provider& provider) const {
    const YAML::Node rights = root_["rights"];
    if (!rights.IsDefined()) {
      if (provider.create) fault("rights", "is missing: accounts that are made need roles");
      return;
    }
    only(rights, "rights.", {"roles", "areas", "organizations"});
    provider.manages_rights = true;
    provider.roles = rules(rights["roles"], "role");
    provider.areas = rules(rights["areas"], "area");
    provider.organizations = rules(rights["organizations"], "organization");
    if (provider.roles.empty()) fault("rights.roles", "is missing");
  }
  std::vector<ClaimRule> rules(const YAML::Node& list, const char* gives) const {
    std::vector<ClaimRule> read;
    if (!list.IsDefined()) return read;
    for (const YAML::Node& one : list) {
      only(one, "rights.", {"claim", "equals", gives});
      ClaimRule rule{text(one, "claim", ""), optional(one, "equals", ""), optional(one, gives, "")};
      if (std::string_view(gives) == "role" && rule.gives.empty())
        fault("rights.roles", "a rule lacks its role");  // a claim must not name a role by itself
      read.push_back(std::move(rule));
    }
    return read;
  }

  std::string file_;
  const YAML::Node& root_;
};

Result<Provider> read_provider(const fs::path& file) {
  try {
    const YAML::Node root = YAML::LoadFile(file.string());
    return Reader(file, root).read();
  } catch (const Error& fault) {
    return unexpected(fault);
  } catch (const YAML::Exception& fault) {
    return fail(ErrorCode::invalid_input, fault.msg,
                file.filename().string() + ":" + std::to_string(fault.mark.line + 1));
  }
}

}  // namespace

Result<std::vector<Provider>> read_providers(const std::string& folder) {
  std::vector<Provider> providers;
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  if (error) return fail(ErrorCode::invalid_input, "the folder cannot be read", folder);
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    Result<Provider> provider = read_provider(file);
    if (!provider) return unexpected(provider.error());
    if (std::ranges::find(providers, provider->id, &Provider::id) != providers.end())
      return fail(ErrorCode::invalid_input, "id: is that of another file", file.filename());
    providers.push_back(std::move(*provider));
  }
  return providers;
}

}  // namespace hb::security
