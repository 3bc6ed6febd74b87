#include "report/chapter_book.hpp"

#include <array>

#include "records/book_file.hpp"

namespace hb::report {
namespace {

using records::sqlite::Connection;
using records::sqlite::execute;
using records::sqlite::Query;

constexpr std::array chapter_migrations = {records::Migration{"0001_chapters", R"sql(
-- Reports and chapters on their way through the offices. Rows are only added.
CREATE TABLE chapter (
  id BIGINT NOT NULL PRIMARY KEY,
  report TEXT NOT NULL,
  year BIGINT NOT NULL,
  area TEXT NOT NULL,
  title TEXT NOT NULL,
  official BIGINT NOT NULL,
  organ TEXT NOT NULL,
  number TEXT NOT NULL,
  instance TEXT NOT NULL,         -- of the flow it goes through
  account TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE TABLE version (
  chapter BIGINT NOT NULL,
  number BIGINT NOT NULL,         -- 1, 2, … per chapter
  account TEXT NOT NULL,
  at BIGINT NOT NULL,
  note TEXT NOT NULL,
  changed TEXT NOT NULL,          -- keys of entries, separated by spaces
  body TEXT NOT NULL,             -- the whole text as JSON
  PRIMARY KEY (chapter, number)
);
)sql"}};

constexpr const char* guards = R"sql(
CREATE TRIGGER IF NOT EXISTS chapter_stays BEFORE UPDATE ON chapter BEGIN SELECT RAISE(ABORT, 'chapters are only added'); END;
CREATE TRIGGER IF NOT EXISTS chapter_kept BEFORE DELETE ON chapter BEGIN SELECT RAISE(ABORT, 'chapters are only added'); END;
CREATE TRIGGER IF NOT EXISTS version_stays BEFORE UPDATE ON version BEGIN SELECT RAISE(ABORT, 'versions never change'); END;
CREATE TRIGGER IF NOT EXISTS version_kept BEFORE DELETE ON version BEGIN SELECT RAISE(ABORT, 'versions never change'); END;
)sql";

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (space > 0) words.emplace_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return words;
}

std::vector<std::string> changed_keys(const Chapter& before, const Chapter& after) {
  std::vector<std::string> keys;
  for (const EntryChange& change : compare(before, after))
    if (change.kind != EntryChange::Kind::same) keys.push_back(change.key);
  return keys;
}

}  // namespace

Result<std::unique_ptr<ChapterBook>> ChapterBook::open(const std::string& path) {
  Result<Connection> connection = records::open_book(path, chapter_migrations, guards);
  if (!connection) return unexpected(connection.error());
  return std::unique_ptr<ChapterBook>(new ChapterBook(std::move(*connection)));
}

/// One transaction that nobody else writes in; undone when the work fails.
template <class Work>
auto ChapterBook::changing(const Work& work) -> decltype(work()) {
  const std::lock_guard lock(mutex_);
  if (auto begun = connection_.run("BEGIN IMMEDIATE"); !begun) return unexpected(begun.error());
  auto done = work();
  const Result<void> ended = connection_.run(done ? "COMMIT" : "ROLLBACK");
  if (done && !ended) return unexpected(ended.error());
  return done;
}

Result<void> ChapterBook::append(std::int64_t id, const ChapterVersion& version,
                                 const Chapter& chapter) {
  return execute(connection_,
                 "INSERT INTO version (chapter, number, account, at, note, changed, body) "
                 "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                 id, version.number, version.by, version.at.micros, version.note,
                 joined(version.changed), chapter_json(chapter));
}

Result<std::int64_t> ChapterBook::add(
    const ChapterHead& head, const Chapter& chapter,
    const std::function<Result<std::string>(std::int64_t id)>& start) {
  return changing([&]() -> Result<std::int64_t> {
    std::int64_t id = 0;
    {
      Query next(connection_, "SELECT coalesce(max(id), 0) + 1 FROM chapter");
      if (!next.next()) return unexpected(next.error());
      id = next.integer(0);
    }
    const Result<std::string> instance = start(id);
    if (!instance) return unexpected(instance.error());
    if (auto added =
            execute(connection_,
                    "INSERT INTO chapter (id, report, year, area, title, official, organ, number, "
                    "instance, account, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
                    id, head.report, head.year, head.area, head.title, head.official ? 1 : 0,
                    head.organ, head.number, *instance, head.by, head.at.micros);
        !added)
      return unexpected(added.error());
    if (auto first = append(id, {1, head.by, head.at, "", {}}, chapter); !first)
      return unexpected(first.error());
    return id;
  });
}

Result<std::vector<ChapterHead>> ChapterBook::read_heads(std::int64_t id) const {
  Query query(connection_,
              "SELECT id, report, year, area, title, official, organ, number, instance, account, "
              "at FROM chapter WHERE ?1 = 0 OR id = ?1 ORDER BY id DESC",
              id);
  std::vector<ChapterHead> heads;
  while (query.next())
    heads.push_back({query.integer(0), query.text(1), static_cast<int>(query.integer(2)),
                     query.text(3), query.text(4), query.integer(5) != 0, query.text(6),
                     query.text(7), query.text(8), query.text(9), Instant{query.integer(10)}});
  if (!query.ok()) return unexpected(query.error());
  return heads;
}

Result<std::vector<ChapterVersion>> ChapterBook::read_versions(std::int64_t id) const {
  Query query(connection_,
              "SELECT number, account, at, note, changed FROM version WHERE chapter = ?1 "
              "ORDER BY number",
              id);
  std::vector<ChapterVersion> versions;
  while (query.next())
    versions.push_back({static_cast<int>(query.integer(0)), query.text(1),
                        Instant{query.integer(2)}, query.text(3), words_of(query.text(4))});
  if (!query.ok()) return unexpected(query.error());
  return versions;
}

Result<Chapter> ChapterBook::read_text(std::int64_t id, int version) const {
  Query query(connection_,
              "SELECT body FROM version WHERE chapter = ?1 AND (?2 = 0 OR number = ?2) "
              "ORDER BY number DESC LIMIT 1",
              id, version);
  if (query.next()) return read_chapter(query.text(0));
  if (!query.ok()) return unexpected(query.error());
  return fail(ErrorCode::not_found, "there is no such version", std::to_string(version));
}

Result<void> ChapterBook::is_newest(std::int64_t id, int seen) const {
  const auto versions = read_versions(id);
  if (!versions) return unexpected(versions.error());
  if (versions->empty()) return fail(ErrorCode::not_found, "there is no such text");
  if (versions->back().number == seen) return {};
  return fail(ErrorCode::conflict,
              "version " + std::to_string(versions->back().number) + " was made by " +
                  versions->back().by + " meanwhile: look at it first",
              "seen");
}

Result<std::vector<ChapterHead>> ChapterBook::heads() const {
  const std::lock_guard lock(mutex_);
  return read_heads(0);
}

Result<ChapterHead> ChapterBook::head(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  auto found = read_heads(id);
  if (!found) return unexpected(found.error());
  if (id <= 0 || found->empty()) return fail(ErrorCode::not_found, "there is no such text");
  return std::move(found->front());
}

Result<std::vector<ChapterVersion>> ChapterBook::versions(std::int64_t id) const {
  const std::lock_guard lock(mutex_);
  return read_versions(id);
}

Result<Chapter> ChapterBook::text(std::int64_t id, int version) const {
  const std::lock_guard lock(mutex_);
  return read_text(id, version);
}

Result<ChapterVersion> ChapterBook::edit(std::int64_t id, int seen, const ChapterEdit& edit,
                                         std::string_view by, Instant at, std::string_view note) {
  return changing([&]() -> Result<ChapterVersion> {
    if (Result<void> newest = is_newest(id, seen); !newest) return unexpected(newest.error());
    const auto before = read_text(id, seen);
    if (!before) return unexpected(before.error());
    const auto after = edited(*before, edit);
    if (!after) return unexpected(after.error());
    ChapterVersion made{seen + 1, std::string(by), at, std::string(note),
                        changed_keys(*before, *after)};
    if (made.changed.empty() && chapter_json(*before) == chapter_json(*after))
      return fail(ErrorCode::conflict, "nothing is changed", edit.entry);
    if (Result<void> added = append(id, made, *after); !added) return unexpected(added.error());
    return made;
  });
}

Result<void> ChapterBook::holding(std::int64_t id, int seen,
                                  const std::function<Result<void>()>& work) {
  return changing([&]() -> Result<void> {
    if (Result<void> newest = is_newest(id, seen); !newest) return newest;
    return work();
  });
}

}  // namespace hb::report
