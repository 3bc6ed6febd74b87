#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/ids.hpp"
#include "core/result.hpp"
#include "records/sqlite.hpp"

namespace hb::records {

/// How the records do since they were opened. Thread safe.
class Health {
 public:
  struct Counts {
    std::uint64_t commits = 0;  ///< durable ones: one fsync each
    std::uint64_t writes = 0;   ///< pieces of work that waited for them
    std::uint64_t failed = 0;   ///< commits that were not made
  };
  /// Commits that were acknowledged once and are not in the file: its log was cut off or changed,
  /// or an older file was put in its place.
  struct Lost {
    BatchId first;
    BatchId last;
  };

  Counts counts() const { return {commits_, writes_, failed_}; }
  /// Why the newest commit failed; none: it did not.
  std::optional<Error> write_fault() const;
  /// The first sign that the file is damaged.
  std::optional<std::string> damage() const { return damage_->said(); }
  std::optional<Lost> lost() const { return lost_; }

  void committed(std::uint64_t writes);
  void failed(const Error& why);
  void damaged(const std::string& what) const { damage_->say(what); }
  /// While the store is opened.
  void missing(Lost lost) { lost_ = lost; }
  const std::shared_ptr<sqlite::DamageNote>& note() const { return damage_; }

 private:
  std::atomic<std::uint64_t> commits_{0}, writes_{0}, failed_{0};
  mutable std::mutex mutex_;
  std::optional<Error> write_fault_;
  std::optional<Lost> lost_;
  std::shared_ptr<sqlite::DamageNote> damage_ = std::make_shared<sqlite::DamageNote>();
};

/// Does the error say that a disk is full? Then HTTP says 507.
bool is_disk_full(const Error& error);

/// The number of the newest commit, in a file beside the records: written behind each commit
/// without waiting for the disk, so that it outlives the end of the program, and is never ahead of
/// what is durable. What the records lack of it was lost.
class HighMark {
 public:
  HighMark() = default;
  ~HighMark();
  HighMark(const HighMark&) = delete;
  HighMark& operator=(const HighMark&) = delete;
  /// returns  the number that stands there; 0: none. A mark that cannot be made is no fault.
  BatchId open(const std::string& path);
  void set(BatchId batch);

 private:
  int file_ = -1;
};

}  // namespace hb::records
