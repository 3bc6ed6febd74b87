#pragma once
// How texts on their way through the offices look in JSON, and who may see and edit them.
#include <memory>

#include "report/chapter_book.hpp"
#include "server/flow_views.hpp"
#include "server/http.hpp"

namespace hb::server {

/// The texts of the store that is served.
Result<std::unique_ptr<report::ChapterBook>> open_chapter_book(const Services& services);

/// A text that somebody may look at, with its flow.
struct OpenChapter {
  std::unique_ptr<report::ChapterBook> book;
  report::ChapterHead head;
  std::vector<report::ChapterVersion> versions;
  Running running;
  Principal who;  ///< of Flows::acting()

  int newest() const { return versions.back().number; }
  /// Whether the text lies on the asker's desk: a move of its flow is theirs to make.
  bool may_edit(const Services& services) const;
};
/// The captured {id}; who may not see it is told the same as when there is none.
Parsed<OpenChapter> chapter_asked(const Request& request, const Principal& principal,
                                  const Services& services);

/// A refusal of the book in both languages.
Response chapter_outcome(const Error& error);

json::object chapter_line(const report::ChapterHead& head, const Running& running, int newest,
                          const Services& services);
/// The whole: text of a version, versions, where it stands, what the asker may do.
Result<json::object> chapter_object(const OpenChapter& open, int version, Services& services);

}  // namespace hb::server
