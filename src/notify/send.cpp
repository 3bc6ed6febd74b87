#include "notify/send.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>

namespace hb::notify {

namespace {

constexpr long most_seconds = 30;
constexpr std::size_t line_length = 76;

using Curl = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void add(List& list, const std::string& text) {
  list.reset(curl_slist_append(list.release(), text.c_str()));
}

Curl begin() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return {curl_easy_init(), curl_easy_cleanup};
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8U | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k)
      out += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63U];
  }
  return out;
}

std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char letter) { return letter == '\r' || letter == '\n'; }, ' ');
  return text;
}

/// Words of a header in UTF-8 (RFC 2047), at most 45 bytes each and never within a letter.
std::string header_words(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.size(), at + 45);
    while (end < text.size() && end > at &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
      --end;
    out += (out.empty() ? "" : "\r\n ") +
           ("=?UTF-8?B?" + base64(std::string_view(text).substr(at, end - at)) + "?=");
    at = end;
  }
  return out;
}

/// "Mon, 05 Jan 2026 09:00:00 +0800"
std::string mail_date(Instant at) {
  constexpr const char* days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Date day = day_in_shanghai(at);
  const YearMonthDay date = civil(day);
  const std::int64_t seconds = (at.micros / 1'000'000 + 8 * 3600) % 86'400;
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %d %02d:%02d:%02d +0800", days[(day.days + 3) % 7],
                date.day, months[date.month - 1], date.year, static_cast<int>(seconds / 3600),
                static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60));
  return text;
}

struct Reading {
  std::string_view left;
};

std::size_t read_more(char* to, std::size_t size, std::size_t count, void* from) {
  auto* reading = static_cast<Reading*>(from);
  const std::size_t bytes = std::min(size * count, reading->left.size());
  std::copy_n(reading->left.data(), bytes, to);
  reading->left.remove_prefix(bytes);
  return bytes;
}

std::size_t ignore(char*, std::size_t size, std::size_t count, void*) { return size * count; }

void set_limits(CURL* curl, const char* protocols, const std::string& roots) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, most_seconds);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
  if (!roots.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, roots.c_str());
}

}  // namespace

std::string render(const MailSettings& settings, const Mail& mail) {
  const std::string domain = settings.from.substr(settings.from.find('@') + 1);
  std::string text =
      "From: " +
      (settings.from_name.empty()
           ? settings.from
           : header_words(one_line(settings.from_name)) + " <" + settings.from + ">") +
      "\r\nTo: " + one_line(mail.to) + "\r\nSubject: " + header_words(one_line(mail.subject)) +
      "\r\nDate: " + mail_date(mail.at) + "\r\nMessage-ID: <" + mail.id + "@" + domain +
      ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
      "Content-Type: text/plain; charset=UTF-8\r\n"
      "Content-Transfer-Encoding: base64\r\n\r\n";
  const std::string body = base64(mail.text);
  for (std::size_t at = 0; at < body.size(); at += line_length)
    text += body.substr(at, line_length) + "\r\n";
  return text;
}

Result<void> send_mail(const MailSettings& settings, const Mail& mail) {
  const Curl curl = begin();
  if (!curl) return fail(ErrorCode::unavailable, "libcurl cannot be used");
  const bool implicit = settings.tls == MailSettings::Tls::implicit;
  const std::string url =
      (implicit ? "smtps://" : "smtp://") + settings.server + ":" + std::to_string(settings.port);
  const std::string from = "<" + settings.from + ">";
  List to;
  add(to, "<" + mail.to + ">");
  const std::string text = render(settings, mail);
  Reading reading{text};
  set_limits(curl.get(), "smtp,smtps", settings.roots);
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL,
                   static_cast<long>(settings.tls == MailSettings::Tls::none ? CURLUSESSL_NONE
                                                                             : CURLUSESSL_ALL));
  if (!settings.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, settings.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, settings.password.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, read_more);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &reading);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_OK) return {};
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  const std::string what = std::string("the mail server: ") + curl_easy_strerror(code) +
                           (answer > 0 ? " (" + std::to_string(answer) + ")" : "");
  // A wrong password is mended in the settings, so the mail waits; an address that the server
  // does not know stays unknown.
  const bool for_good = answer >= 500 && answer < 600 && code != CURLE_LOGIN_DENIED;
  return fail(for_good ? ErrorCode::invalid_input : ErrorCode::unavailable, what);
}

Result<void> call_webhook(const Webhook& hook, const std::string& body) {
  const Curl curl = begin();
  if (!curl) return fail(ErrorCode::unavailable, "libcurl cannot be used");
  List headers;
  add(headers, "Content-Type: application/json; charset=utf-8");
  add(headers, "Expect:");
  for (const auto& [name, value] : hook.headers) add(headers, one_line(name + ": " + value));
  set_limits(curl.get(), "http,https", hook.roots);
  curl_easy_setopt(curl.get(), CURLOPT_URL, hook.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, ignore);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK)
    return fail(ErrorCode::unavailable,
                "the service “" + hook.id + "”: " + curl_easy_strerror(code));
  long answer = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer);
  if (answer >= 200 && answer < 300) return {};
  const bool for_good = answer >= 400 && answer < 500 && answer != 401 && answer != 403 &&
                        answer != 408 && answer != 429;
  return fail(for_good ? ErrorCode::invalid_input : ErrorCode::unavailable,
              "the service “" + hook.id + "” answers " + std::to_string(answer));
}

}  // namespace hb::notify
