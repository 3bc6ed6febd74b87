#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace hb::test {

/// A write that the server acknowledged.
struct Acknowledged {
  enum class Kind { create, conditional, update, shared, transaction, upload, remove } kind;
  std::string marker;  ///< value of the identifier urn:crash that carries it; empty: an update
  std::string path;    ///< "/fhir/Observation/…/_history/1"; empty: of an
                       ///< upload; of a deletion the resource, which is gone
  std::string body;    ///< the answer, as it must come again; empty: not given
};

inline constexpr int entries_per_transaction = 5;
inline constexpr int lines_per_upload = 3;

/// What several clients do at the same time until the server is gone.
class MixedLoad {
 public:
  /// round  makes every marker and id different from those of other rounds
  MixedLoad(std::uint16_t port, int round, unsigned seed);
  /// One client; returns when the connection breaks or stop() was called.
  void run(int client);
  void stop() { stopping_ = true; }

  /// Everything acknowledged until now.
  std::vector<Acknowledged> acknowledged() const;
  /// Answers that a sound server does not give to such requests, "500 POST /fhir: …".
  std::vector<std::string> wrong_answers() const;

 private:
  class Client;
  void acknowledge(Acknowledged one);
  void wrong(std::string what);

  std::uint16_t port_;
  int round_;
  unsigned seed_;
  std::atomic<int> next_conditional_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<Acknowledged> acknowledged_;
  std::vector<std::string> wrong_;
};

}  // namespace hb::test
