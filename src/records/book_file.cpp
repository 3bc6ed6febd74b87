#include "records/book_file.hpp"

#include <sys/stat.h>

namespace hb::records {

Result<sqlite::Connection> open_book(const std::string& path, std::span<const Migration> steps,
                                     const char* guards) {
  Result<sqlite::Connection> connection =
      sqlite::Connection::open(path, sqlite::Connection::Mode::create);
  if (!connection) return connection;
  ::chmod(path.c_str(), S_IRUSR | S_IWUSR);
  if (auto ready = connection->run(
          "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      !ready)
    return unexpected(ready.error());
  if (const auto version = migrate(*connection, steps); !version)
    return unexpected(version.error());
  if (auto guarded = connection->run(guards); !guarded) return unexpected(guarded.error());
  return connection;
}

}  // namespace hb::records
