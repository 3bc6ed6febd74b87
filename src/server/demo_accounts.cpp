#include "server/demo_accounts.hpp"

#include <fstream>
#include <iterator>

#include "server/json.hpp"

namespace hb::server {

std::optional<json::object> demo_accounts(Services& services) {
  std::ifstream in(std::filesystem::path(services.hub.directory()) / "demo-accounts.json",
                   std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  boost::system::error_code error;
  const json::value file = json::parse(text, error);
  if (error || !file.is_object() || !services.gate.closed().value_or(false)) return std::nullopt;
  const json::value* password = file.get_object().if_contains("password");
  const json::value* names = file.get_object().if_contains("accounts");
  if (!password || !password->is_string() || !names || !names->is_array()) return std::nullopt;
  json::array shown;
  for (const json::value& name : names->get_array()) {
    if (!name.is_string()) continue;
    const auto user = services.gate.accounts().user(name.get_string());
    if (!user || user->locked) continue;
    json::array roles;
    for (const std::string& id : user->roles) {
      const scene::Role* role = services.catalogue.role(id);
      roles.push_back(texts(role ? role->name : Localized{id, id}));
    }
    shown.push_back(json::object{
        {"name", user->name}, {"display", user->display}, {"roles", std::move(roles)}});
  }
  if (shown.empty()) return std::nullopt;
  return json::object{{"password", *password}, {"accounts", std::move(shown)}};
}

}  // namespace hb::server
