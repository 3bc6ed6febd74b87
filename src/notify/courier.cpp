#include "notify/courier.hpp"

#include <algorithm>

#include "notify/send.hpp"

namespace hb::notify {

namespace {

constexpr auto pause = std::chrono::seconds(5);
constexpr std::int64_t second = 1'000'000;
/// Pauses between attempts; together a day.
constexpr std::int64_t pauses[] = {30 * second,       2 * 60 * second,   10 * 60 * second,
                                   3600 * second,     3 * 3600 * second, 6 * 3600 * second,
                                   14 * 3600 * second};

const Pattern& pattern_of(const std::map<std::string, Pattern>& templates,
                          const std::string& language) {
  const auto found = templates.find(language);
  return found != templates.end() ? found->second : templates.at("zh");
}

}  // namespace

Courier::Courier(MessageBook& book, std::filesystem::path settings, Clock clock,
                 std::function<std::string(const std::string&)> display)
    : book_(book),
      file_(std::move(settings)),
      clock_(std::move(clock)),
      display_(std::move(display)) {
  read();
  thread_ = std::thread([this] { loop(); });
}

Courier::~Courier() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Courier::nudge() {
  {
    const std::scoped_lock lock(mutex_);
    nudged_ = true;
  }
  wake_.notify_one();
}

std::vector<std::string> Courier::channels_of(const std::string& user) const {
  const std::scoped_lock lock(settings_mutex_);
  return settings_.channels_of(user);
}

std::optional<Error> Courier::fault() const {
  const std::scoped_lock lock(settings_mutex_);
  return fault_;
}

/// Settings with a fault change nothing.
void Courier::read() {
  std::error_code gone;
  const auto written = std::filesystem::last_write_time(file_, gone);
  const std::scoped_lock lock(settings_mutex_);
  if (gone) {
    settings_ = {};
    fault_.reset();
    read_ = {};
    return;
  }
  if (written == read_) return;
  read_ = written;
  auto settings = read_settings(file_);
  fault_ = settings ? std::nullopt : std::optional(settings.error());
  if (settings) settings_ = std::move(*settings);
}

Result<void> Courier::send(const Delivery& delivery, const Settings& settings) const {
  const auto person = settings.people.find(delivery.user);
  if (person == settings.people.end())
    return fail(ErrorCode::invalid_input, "nobody knows where the account is reached");
  const std::string& language = person->second.language;
  std::map<std::string, std::string> values = person->second.ways;
  values["name"] = display_ ? display_(delivery.user) : delivery.user;
  values["message"] = language == "en" ? delivery.message.en : delivery.message.zh;
  values["link"] = settings.link +
                   (delivery.message.instance.empty() ? "" : "/tasks/" + delivery.message.instance);
  const std::string id = std::to_string(delivery.message.at.micros) + "." +
                         std::to_string(delivery.message.id) + "." + std::to_string(delivery.id);
  if (delivery.channel == "email") {
    const auto address = person->second.ways.find("email");
    if (settings.mail.server.empty() || address == person->second.ways.end())
      return fail(ErrorCode::invalid_input, "the account has no e-mail any more");
    const Pattern& pattern = pattern_of(settings.mail.templates, language);
    return send_mail(settings.mail, {address->second, filled(pattern.subject, values),
                                     filled(pattern.text, values), id, delivery.message.at});
  }
  const auto hook = std::ranges::find(settings.webhooks, delivery.channel, &Webhook::id);
  if (hook == settings.webhooks.end())
    return fail(ErrorCode::invalid_input,
                "there is no service “" + delivery.channel + "” any more");
  values["text"] = filled(pattern_of(hook->templates, language).text, values);
  values["id"] = id;
  return call_webhook(*hook, filled(hook->body, values, true));
}

void Courier::carry() {
  read();
  Settings settings;
  {
    const std::scoped_lock lock(settings_mutex_);
    settings = settings_;
  }
  const auto due = book_.due(clock_(), 100);
  if (!due) return;  // the next turn tries again
  for (const Delivery& delivery : *due) {
    {
      const std::scoped_lock lock(mutex_);
      if (stopping_) return;
    }
    const Result<void> done = send(delivery, settings);
    if (done) {
      (void)book_.sent(delivery.id);
      continue;
    }
    const bool again = done.error().code == ErrorCode::unavailable &&
                       delivery.attempts < static_cast<int>(std::size(pauses));
    const std::optional<Instant> next =
        again ? std::optional(
                    Instant{clock_().micros + pauses[static_cast<std::size_t>(delivery.attempts)]})
              : std::nullopt;
    (void)book_.failed(delivery.id, done.error().message, next);
  }
}

void Courier::loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    nudged_ = false;
    lock.unlock();
    carry();
    lock.lock();
    wake_.wait_for(lock, pause, [this] { return stopping_ || nudged_; });
  }
}

}  // namespace hb::notify
