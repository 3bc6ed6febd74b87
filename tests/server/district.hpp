#pragma once
#include <memory>
#include <string>

#include "core/result.hpp"
#include "server/server.hpp"
#include "support/paths.hpp"

namespace hb::test {

/// A small district: two streets, one health centre, three people (张伟 with two visits, 王芳 with
/// one, 李小明 without any), one reference to nobody known and one line that cannot be taken (line
/// 4 of dirty.ndjson: a birth date of 2020-02-30). "Today" is 2025-12-31.
class District {
 public:
  explicit District(server::ListenerOptions listener = {});

  std::uint16_t port() const { return server_->port(); }
  server::Server& server() { return *server_; }
  const std::filesystem::path& store() const { return store_; }
  const std::filesystem::path& web() const { return web_; }
  /// Stops the server and starts it again on the same store.
  void restart();
  void restart(server::ListenerOptions listener);
  /// Of the next start; set what is to be other than usual.
  server::ServerOptions& options() { return options_; }

 private:
  void start();
  TempDir directory_;
  std::filesystem::path store_;
  std::filesystem::path web_;
  server::ServerOptions options_;
  server::ListenerOptions listener_;
  std::unique_ptr<server::Server> server_;
};

/// One for all tests that only read.
District& district();

/// A Patient line with a right identity number (area 770101) for the given birth date "1980-01-01".
std::string patient_line(const std::string& id, const std::string& name, const std::string& gender,
                         const std::string& birth_date, const std::string& street,
                         const std::string& order);

}  // namespace hb::test
