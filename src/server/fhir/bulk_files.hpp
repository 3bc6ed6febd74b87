#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "crypto/cipher.hpp"

/// Files of results: NDJSON in pieces, each compressed and sealed with its place, so that a file
/// can be cut back to what was durable and go on. Layout per piece: four bytes length,
/// little-endian, then what Cipher::encrypt() made of a zstd frame.
namespace hb::server::fhir_api {

/// How far a file is; all of it that counts is before these.
struct FilePlace {
  std::string name;        ///< "Patient-1.ndjson"
  std::int64_t lines = 0;  ///< resources
  std::int64_t pieces = 0;
  std::int64_t bytes = 0;  ///< on disk
};

class SealedWriter {
 public:
  /// Begins or goes on at this place: what lies behind it is cut off.
  /// errors  unavailable: the disk
  static Result<std::unique_ptr<SealedWriter>> open(const std::string& directory, FilePlace place,
                                                    const crypto::Cipher& cipher);
  ~SealedWriter();
  SealedWriter(const SealedWriter&) = delete;
  SealedWriter& operator=(const SealedWriter&) = delete;

  Result<void> add_line(std::string_view line);  ///< without its end
  /// Writes what waits and makes all of it durable.
  Result<void> flush();
  /// As of the last flush; lines counts those that wait too.
  const FilePlace& place() const { return place_; }

 private:
  SealedWriter(int file, FilePlace place, const crypto::Cipher& cipher)
      : file_(file), place_(std::move(place)), cipher_(cipher) {}
  Result<void> write_piece();

  int file_;
  FilePlace place_;
  const crypto::Cipher& cipher_;
  std::string waiting_;
  bool dirty_ = false;
};

/// Gives the file back, one piece at a time.
class SealedReader {
 public:
  /// errors  not_found
  static Result<std::unique_ptr<SealedReader>> open(const std::string& directory, FilePlace place,
                                                    std::string_view key);
  ~SealedReader();
  SealedReader(const SealedReader&) = delete;
  SealedReader& operator=(const SealedReader&) = delete;

  /// Whole lines; empty at the end. errors  unavailable: cut off or damaged
  Result<std::string> next();

 private:
  SealedReader(int file, FilePlace place, std::string_view key);
  int file_;
  FilePlace place_;
  crypto::Cipher cipher_;
  std::int64_t piece_ = 0;
};

/// Packs a text that comes in pieces, as Content-Encoding: gzip wants it.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  std::string add(std::string_view piece, bool last);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hb::server::fhir_api
