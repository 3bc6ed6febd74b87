// Reports on their way through the offices: what can be read of them.
#include <fmt/format.h>

#include "server/chapter_routes.hpp"
#include "server/chapter_views.hpp"
#include "server/parameters.hpp"
#include "server/report_pages.hpp"

namespace hb::server {

namespace {

using report::EntryChange;
using report::Piece;

constexpr int most_versions = 1'000'000;

json::array pieces_array(const std::vector<Piece>& pieces) {
  json::array out;
  for (const Piece& piece : pieces)
    out.push_back(json::object{{"mark", piece.mark == Piece::Mark::added     ? "added"
                                        : piece.mark == Piece::Mark::removed ? "removed"
                                                                             : "same"},
                               {"text", piece.text}});
  return out;
}

std::string_view kind_word(EntryChange::Kind kind) {
  switch (kind) {
    case EntryChange::Kind::changed:
      return "changed";
    case EntryChange::Kind::added:
      return "added";
    case EntryChange::Kind::removed:
      return "removed";
    case EntryChange::Kind::same:
      break;
  }
  return "same";
}

/// The day of the last step, as documents write it.
std::string day_words(Instant at) {
  const YearMonthDay day = civil(day_in_shanghai(at));
  return fmt::format("{}年{}月{}日", day.year, day.month, day.day);
}

/// With what stands around the text: who issues it, when, who wrote it; a draft says that it is
/// one.
void put_frame(const OpenChapter& open, int version, const Services& services,
               report::Document& document) {
  const workflow::Instance& instance = open.running.instance;
  const bool final = instance.status == workflow::Status::completed && version == open.newest();
  document.simulated = services.hub.store().info().simulated;
  document.organ = open.head.organ;
  document.number = open.head.number;
  if (!document.official) document.signed_by = services.flows->display(open.head.by);
  if (final)
    document.date = day_words(instance.changed);
  else
    document.subtitle = fmt::format("（第{}稿，未签发）", version);
}

}  // namespace

/// GET /api/chapters: those that the asker may see, newest first
Response get_chapters(Request&, const Principal& principal, Services& services) {
  const auto book = open_chapter_book(services);
  if (!book) return outcome(book.error());
  const auto heads = (*book)->heads();
  if (!heads) return outcome(heads.error());
  const Principal who = services.flows->acting(principal);
  json::array items;
  for (const report::ChapterHead& head : *heads) {
    const auto running = running_of(head.instance, who, services);
    const auto versions = (*book)->versions(head.id);
    if (!running || !versions || versions->empty()) continue;
    items.push_back(chapter_line(head, *running, versions->back().number, services));
  }
  return json_response(200, json::object{{"items", std::move(items)}});
}

/// GET /api/chapters/{id}?version=
Response get_chapter(Request& request, const Principal& principal, Services& services) {
  const auto version = number_of(request, "version", 1, most_versions);
  if (!version) return version.error();
  const auto open = chapter_asked(request, principal, services);
  if (!open) return open.error();
  const auto object = chapter_object(*open, static_cast<int>(version->value_or(0)), services);
  if (!object) return chapter_outcome(object.error());
  return json_response(200, *object);
}

/// GET /api/chapters/{id}/compare?version=&from=: entry by entry; with the version before when
/// `from` is absent
Response get_chapter_compare(Request& request, const Principal& principal, Services& services) {
  const auto version = number_of(request, "version", 1, most_versions);
  if (!version) return version.error();
  const auto from = number_of(request, "from", 1, most_versions);
  if (!from) return from.error();
  const auto open = chapter_asked(request, principal, services);
  if (!open) return open.error();
  const int later = static_cast<int>(version->value_or(open->newest()));
  const int earlier = static_cast<int>(from->value_or(std::max(1, later - 1)));
  const auto after = open->book->text(open->head.id, later);
  if (!after) return chapter_outcome(after.error());
  const auto before = open->book->text(open->head.id, earlier);
  if (!before) return chapter_outcome(before.error());
  json::array items;
  for (const EntryChange& change : report::compare(*before, *after))
    items.push_back(json::object{{"key", change.key},
                                 {"section", change.section},
                                 {"kind", kind_word(change.kind)},
                                 {"heading", pieces_array(change.heading)},
                                 {"text", pieces_array(change.text)}});
  return json_response(
      200, json::object{{"from", earlier}, {"version", later}, {"items", std::move(items)}});
}

/// GET /api/chapters/{id}/document?version=&format=html|docx|pdf
Response get_chapter_document(Request& request, const Principal& principal, Services& services) {
  const auto version = number_of(request, "version", 1, most_versions);
  if (!version) return version.error();
  const auto format = word_of(request, "format", {"html", "docx", "pdf"});
  if (!format) return format.error();
  const auto open = chapter_asked(request, principal, services);
  if (!open) return open.error();
  const int shown = static_cast<int>(version->value_or(open->newest()));
  const auto chapter = open->book->text(open->head.id, shown);
  if (!chapter) return chapter_outcome(chapter.error());
  report::Document document = report::document_of(*chapter);
  put_frame(*open, shown, services, document);
  services.hub.store().note_audit(principal, "export",
                                  fmt::format("chapter {} version {}", open->head.id, shown));
  return document_response(document, *format,
                           fmt::format("{}-{}-v{}", open->head.report, open->head.year, shown));
}

}  // namespace hb::server
