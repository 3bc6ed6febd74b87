#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "records/sqlite.hpp"
#include "report/chapter.hpp"

namespace hb::report {

/// What a text is, from its beginning on.
struct ChapterHead {
  std::int64_t id = 0;
  std::string report;  ///< id of its template
  int year = 0;
  std::string area;
  std::string title;
  bool official = false;
  std::string organ;     ///< who issues it; may be empty
  std::string number;    ///< 发文字号; may be empty
  std::string instance;  ///< of the flow that it goes through
  std::string by;
  Instant at;
};

/// One version of a text; it never changes.
struct ChapterVersion {
  int number = 1;
  std::string by;
  Instant at;
  std::string note;                  ///< what the editor says of it
  std::vector<std::string> changed;  ///< keys of entries that are other than before
};

/// Texts on their way through the offices, with every version: chapters.db beside the records. Rows
/// are only added; the file itself refuses changes. Members may be called from many threads.
class ChapterBook {
 public:
  /// errors  unavailable: locked, full; invalid_input: not such a file
  static Result<std::unique_ptr<ChapterBook>> open(const std::string& path);

  /// A new text with its first version. `start` begins its flow and gives the instance; when it
  /// refuses, nothing is kept.
  Result<std::int64_t> add(const ChapterHead& head, const Chapter& chapter,
                           const std::function<Result<std::string>(std::int64_t id)>& start);

  /// Newest first.
  Result<std::vector<ChapterHead>> heads() const;
  Result<ChapterHead> head(std::int64_t id) const;
  Result<std::vector<ChapterVersion>> versions(std::int64_t id) const;
  /// version  0: the newest. errors  not_found
  Result<Chapter> text(std::int64_t id, int version) const;

  /// The newest version, edited, becomes the next one.
  /// seen    version that the editor worked on
  /// errors  conflict: there is a newer one, or nothing is changed; those of edited()
  Result<ChapterVersion> edit(std::int64_t id, int seen, const ChapterEdit& edit,
                              std::string_view by, Instant at, std::string_view note);

  /// Does something while no version can be added. errors  conflict: there is a newer one than
  /// seen; those of the work
  Result<void> holding(std::int64_t id, int seen, const std::function<Result<void>()>& work);

 private:
  explicit ChapterBook(records::sqlite::Connection connection)
      : connection_(std::move(connection)) {}
  Result<std::vector<ChapterHead>> read_heads(std::int64_t id) const;
  Result<std::vector<ChapterVersion>> read_versions(std::int64_t id) const;
  Result<Chapter> read_text(std::int64_t id, int version) const;
  Result<void> is_newest(std::int64_t id, int seen) const;
  Result<void> append(std::int64_t id, const ChapterVersion& version, const Chapter& chapter);
  template <class Work>
  auto changing(const Work& work) -> decltype(work());

  mutable std::mutex mutex_;
  mutable records::sqlite::Connection connection_;
};

}  // namespace hb::report
