#include "notify/message_book.hpp"

#include <boost/json.hpp>

namespace hb::notify {

namespace {

using records::FileLock;
using records::sqlite::Blob;
using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::one_integer;
using records::sqlite::Query;
using records::sqlite::ReaderPool;

constexpr const char* settings =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216";
constexpr std::int64_t layout = 1;
constexpr const char* schema =
    "CREATE TABLE IF NOT EXISTS message (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL,"
    " user TEXT NOT NULL, at INTEGER NOT NULL, instance TEXT NOT NULL, body BLOB NOT NULL,"
    " read INTEGER NOT NULL, UNIQUE (key, user)) STRICT;"
    "CREATE INDEX IF NOT EXISTS message_user ON message (user, id);"
    "CREATE INDEX IF NOT EXISTS message_unread ON message (user, id) WHERE read = 0;"
    // state: 0 waits, 1 sent, 2 given up
    "CREATE TABLE IF NOT EXISTS delivery (id INTEGER PRIMARY KEY, message INTEGER NOT NULL,"
    " channel TEXT NOT NULL, next INTEGER NOT NULL, attempts INTEGER NOT NULL,"
    " state INTEGER NOT NULL, fault TEXT NOT NULL) STRICT;"
    "CREATE INDEX IF NOT EXISTS delivery_next ON delivery (next) WHERE state = 0;"
    "CREATE INDEX IF NOT EXISTS delivery_state ON delivery (state) WHERE state <> 1;"
    "PRAGMA user_version = 1";

}  // namespace

MessageBook::MessageBook(std::string path, FileLock lock, Sealing sealing)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      sealing_(std::move(sealing)),
      readers_(path_) {}

MessageBook::~MessageBook() { readers_.close(); }

Result<std::unique_ptr<MessageBook>> MessageBook::open(const std::string& path, Sealing sealing) {
  auto lock = FileLock::take(path + ".lock");
  if (!lock) return unexpected(lock.error());
  std::unique_ptr<MessageBook> book(new MessageBook(path, std::move(*lock), std::move(sealing)));
  auto connection = Connection::open(path, Connection::Mode::create);
  if (!connection) return unexpected(connection.error());
  book->writer_.emplace(std::move(*connection));
  if (Result<void> set = book->writer_->run(settings); !set) return unexpected(set.error());
  const auto found = one_integer(*book->writer_, 0, "PRAGMA user_version");
  if (!found) return unexpected(found.error());
  if (*found > layout)
    return fail(ErrorCode::invalid_input,
                "the messages were written by a newer version of the program", path);
  if (Result<void> made = book->writer_->run(schema); !made) return unexpected(made.error());
  return book;
}

Result<void> MessageBook::write(const std::function<Result<void>(Connection&)>& work) {
  const std::scoped_lock lock(mutex_);
  if (Result<void> begun = writer_->run("BEGIN IMMEDIATE"); !begun) return begun;
  Result<void> done = work(*writer_);
  if (done) done = writer_->run("COMMIT");
  if (!done && writer_->in_transaction()) (void)writer_->run("ROLLBACK");
  return done;
}

Result<void> MessageBook::add(const std::vector<NewMessage>& messages, Instant now) {
  if (messages.empty()) return {};
  return write([&](Connection& connection) -> Result<void> {
    for (const NewMessage& one : messages) {
      const std::string plain = boost::json::serialize(
          boost::json::object{{"zh", one.message.zh}, {"en", one.message.en}});
      const std::string body = sealing_.seal ? sealing_.seal(plain, one.user) : plain;
      Result<void> done =
          execute(connection,
                  "INSERT INTO message (key, user, at, instance, body, read)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT (key, user) DO NOTHING",
                  one.key, one.user, one.message.at.micros, one.message.instance, Blob{body});
      if (!done) return done;
      if (connection.changes() == 0) continue;  // known, and so are its deliveries
      const std::int64_t id = connection.last_rowid();
      for (const std::string& channel : one.channels) {
        done = execute(connection,
                       "INSERT INTO delivery (message, channel, next, attempts, state, fault)"
                       " VALUES (?1, ?2, ?3, 0, 0, '')",
                       id, channel, now.micros);
        if (!done) return done;
      }
    }
    return {};
  });
}

/// Columns: id, at, instance, body, read.
Result<Message> MessageBook::message_of(const Query& row, std::string_view user) const {
  Message message;
  message.id = row.integer(0);
  message.at = {row.integer(1)};
  message.instance = row.text(2);
  message.read = row.integer(4) != 0;
  const auto body = sealing_.open ? sealing_.open(row.bytes(3), user)
                                  : Result<std::string>(std::string(row.bytes(3)));
  if (!body) return unexpected(body.error());
  boost::system::error_code wrong;
  const boost::json::value texts = boost::json::parse(*body, wrong);
  if (wrong || !texts.is_object() || !texts.get_object().contains("zh") ||
      !texts.get_object().contains("en"))
    return fail(ErrorCode::invalid_input, "a message cannot be read");
  message.zh = std::string(texts.at("zh").as_string());
  message.en = std::string(texts.at("en").as_string());
  return message;
}

Result<std::vector<Message>> MessageBook::messages(std::string_view user, bool unread,
                                                   std::int64_t before, std::int64_t limit) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  const std::int64_t end = before > 0 ? before : INT64_MAX;
  Query rows = unread ? Query(**reader,
                              "SELECT id, at, instance, body, read FROM message WHERE user = ?1"
                              " AND read = 0 AND id < ?2 ORDER BY id DESC LIMIT ?3",
                              user, end, limit)
                      : Query(**reader,
                              "SELECT id, at, instance, body, read FROM message WHERE user = ?1"
                              " AND id < ?2 ORDER BY id DESC LIMIT ?3",
                              user, end, limit);
  std::vector<Message> list;
  while (rows.next()) {
    auto message = message_of(rows, user);
    if (!message) return unexpected(message.error());
    list.push_back(std::move(*message));
  }
  if (!rows.ok()) return unexpected(rows.error());
  return list;
}

Result<std::int64_t> MessageBook::unread(std::string_view user, std::int64_t most) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  return one_integer(**reader, 0,
                     "SELECT count(*) FROM (SELECT 1 FROM message WHERE user = ?1 AND read = 0"
                     " LIMIT ?2) some",
                     user, most);
}

Result<void> MessageBook::mark_read(std::string_view user, std::int64_t id) {
  return write([&](Connection& connection) -> Result<void> {
    Result<void> done =
        execute(connection, "UPDATE message SET read = 1 WHERE id = ?1 AND user = ?2", id, user);
    if (done && connection.changes() == 0)
      return fail(ErrorCode::not_found, "there is no such message");
    return done;
  });
}

Result<void> MessageBook::mark_all_read(std::string_view user) {
  return write([&](Connection& connection) {
    return execute(connection, "UPDATE message SET read = 1 WHERE user = ?1 AND read = 0", user);
  });
}

Result<std::vector<Delivery>> MessageBook::due(Instant now, std::int64_t limit) const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query rows(**reader,
             "SELECT m.id, m.at, m.instance, m.body, m.read, d.id, m.user, d.channel, d.attempts"
             " FROM delivery d JOIN message m ON m.id = d.message WHERE d.state = 0"
             " AND d.next <= ?1 ORDER BY d.next LIMIT ?2",
             now.micros, limit);
  std::vector<Delivery> list;
  while (rows.next()) {
    Delivery one{
        rows.integer(5), rows.text(6), rows.text(7), static_cast<int>(rows.integer(8)), {}};
    auto message = message_of(rows, one.user);
    if (!message) return unexpected(message.error());
    one.message = std::move(*message);
    list.push_back(std::move(one));
  }
  if (!rows.ok()) return unexpected(rows.error());
  return list;
}

Result<void> MessageBook::sent(std::int64_t delivery) {
  return write([&](Connection& connection) {
    return execute(connection,
                   "UPDATE delivery SET state = 1, attempts = attempts + 1, fault = ''"
                   " WHERE id = ?1",
                   delivery);
  });
}

Result<void> MessageBook::failed(std::int64_t delivery, const std::string& why,
                                 std::optional<Instant> next) {
  return write([&](Connection& connection) {
    return execute(connection,
                   "UPDATE delivery SET state = ?2, next = ?3, attempts = attempts + 1, fault = ?4"
                   " WHERE id = ?1",
                   delivery, next ? 0 : 2, next ? next->micros : 0, why);
  });
}

Result<MessageBook::Counts> MessageBook::counts() const {
  Result<ReaderPool::Lease> reader = readers_.lease();
  if (!reader) return unexpected(reader.error());
  Query row(**reader,
            "SELECT (SELECT count(*) FROM delivery WHERE state = 0),"
            " (SELECT count(*) FROM delivery WHERE state = 2),"
            " coalesce((SELECT fault FROM delivery WHERE state <> 1 AND fault <> ''"
            " ORDER BY id DESC LIMIT 1), '')");
  Counts counts;
  if (row.next()) counts = {row.integer(0), row.integer(1), row.text(2)};
  if (!row.ok()) return unexpected(row.error());
  return counts;
}

}  // namespace hb::notify
