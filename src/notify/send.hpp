#pragma once
#include <string>

#include "core/date.hpp"
#include "core/result.hpp"
#include "notify/settings.hpp"

namespace hb::notify {

struct Mail {
  std::string to;       ///< address
  std::string subject;  ///< one line
  std::string text;
  std::string id;  ///< the same for every attempt: Message-ID
  Instant at;
};

/// The mail as it goes over the wire (RFC 5322, UTF-8 in base64).
std::string render(const MailSettings& settings, const Mail& mail);

/// Hands a mail to the server; it was taken when this returns.
/// errors  unavailable: later perhaps; invalid_input: never (the server refuses it for good)
Result<void> send_mail(const MailSettings& settings, const Mail& mail);

/// POSTs a JSON body. errors  as send_mail()
Result<void> call_webhook(const Webhook& hook, const std::string& body);

}  // namespace hb::notify
