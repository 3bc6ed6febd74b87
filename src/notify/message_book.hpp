#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/date.hpp"
#include "core/result.hpp"
#include "records/file_lock.hpp"
#include "records/sqlite.hpp"

namespace hb::notify {

/// How texts are kept from whoever reads the file; none given: plain.
struct Sealing {
  std::function<std::string(std::string_view plain, std::string_view context)> seal;
  std::function<Result<std::string>(std::string_view sealed, std::string_view context)> open;
};

/// A message to one account.
struct Message {
  std::int64_t id = 0;
  Instant at;
  std::string zh;
  std::string en;
  std::string instance;  ///< of a flow; empty: none
  bool read = false;
};

struct NewMessage {
  std::string key;  ///< the same key to the same account counts once
  std::string user;
  Message message;
  std::vector<std::string> channels;  ///< by which it also leaves the program
};

/// One message on its way out.
struct Delivery {
  std::int64_t id = 0;
  std::string user;
  std::string channel;
  int attempts = 0;  ///< before this one
  Message message;
};

/// Messages of all accounts, what they have read, and what is to leave the program: messages.db
/// beside the records. All members may be called from many threads.
class MessageBook {
 public:
  /// errors  unavailable: locked or full; invalid_input: not such a file
  static Result<std::unique_ptr<MessageBook>> open(const std::string& path, Sealing sealing = {});
  ~MessageBook();

  /// Durable together.
  Result<void> add(const std::vector<NewMessage>& messages, Instant now);
  /// Newest first. before  id of the last one of the page before; 0: from the newest
  Result<std::vector<Message>> messages(std::string_view user, bool unread, std::int64_t before,
                                        std::int64_t limit) const;
  /// At most `most`.
  Result<std::int64_t> unread(std::string_view user, std::int64_t most) const;
  /// errors  not_found: the account has no such message
  Result<void> mark_read(std::string_view user, std::int64_t id);
  Result<void> mark_all_read(std::string_view user);

  /// What is to be sent by then, oldest first.
  Result<std::vector<Delivery>> due(Instant now, std::int64_t limit) const;
  Result<void> sent(std::int64_t delivery);
  /// next  when it is tried again; nullopt: it is given up
  Result<void> failed(std::int64_t delivery, const std::string& why, std::optional<Instant> next);
  struct Counts {
    std::int64_t waiting = 0;
    std::int64_t given_up = 0;
    std::string last_fault;  ///< of what waits or was given up
  };
  Result<Counts> counts() const;

 private:
  MessageBook(std::string path, records::FileLock lock, Sealing sealing);
  Result<void> write(const std::function<Result<void>(records::sqlite::Connection&)>& work);
  Result<Message> message_of(const records::sqlite::Query& row, std::string_view user) const;

  std::string path_;
  records::FileLock lock_;
  Sealing sealing_;
  std::mutex mutex_;
  std::optional<records::sqlite::Connection> writer_;
  mutable records::sqlite::ReaderPool readers_;
};

}  // namespace hb::notify
