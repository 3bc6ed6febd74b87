#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace hb::notify {

/// A text with {name} in it.
struct Pattern {
  std::string subject;  ///< of e-mail
  std::string text;
};

struct MailSettings {
  enum class Tls : std::uint8_t { none, starttls, implicit };
  std::string server;  ///< empty: no e-mail is sent
  int port = 465;
  Tls tls = Tls::implicit;
  std::string user;      ///< empty: the server asks for no log-in
  std::string password;  ///< read from password_file
  std::string from;      ///< address
  std::string from_name;
  std::string roots;                         ///< PEM file; empty: those of the system
  std::map<std::string, Pattern> templates;  ///< by language: zh, en
};

/// A service that is told of a message by HTTP: SMS, WeChat, anything.
struct Webhook {
  std::string id;
  std::string to;  ///< what of a person it needs: phone, wechat
  std::string url;
  std::map<std::string, std::string> headers;
  std::string body;   ///< JSON with {name} inside its texts
  std::string roots;  ///< PEM file; empty: those of the system
  std::map<std::string, Pattern> templates;
};

/// Where a person is reached.
struct Contact {
  std::string language = "zh";
  std::map<std::string, std::string> ways;  ///< email, phone, wechat …
};

/// How messages leave the program: notify.yaml in the store's folder (docs/messages.md).
struct Settings {
  std::string link;  ///< address of the pages, without a slash at the end
  MailSettings mail;
  std::vector<Webhook> webhooks;
  std::map<std::string, Contact> people;  ///< by account

  /// "email" and ids of webhooks by which an account is reached.
  std::vector<std::string> channels_of(const std::string& user) const;
};

/// errors  invalid_input: place in the file and what was expected; not_found: a file it names
Result<Settings> read_settings(const std::filesystem::path& file);

/// The text with {name} replaced by its value; what is not known stays as it is.
/// json  values are escaped for a place inside a JSON text
std::string filled(const std::string& text, const std::map<std::string, std::string>& values,
                   bool json = false);

}  // namespace hb::notify
