#pragma once
#include "core/principal.hpp"
#include "server/http.hpp"
#include "server/services.hpp"

namespace hb::server {

// Handlers about reports on their way through the offices: routes/chapters.cpp,
// routes/chapter_acts.cpp.
Response get_chapters(Request&, const Principal&, Services&);
Response get_chapter(Request&, const Principal&, Services&);
Response get_chapter_compare(Request&, const Principal&, Services&);
Response get_chapter_document(Request&, const Principal&, Services&);
Response post_chapter(Request&, const Principal&, Services&);
Response post_chapter_version(Request&, const Principal&, Services&);
Response post_chapter_act(Request&, const Principal&, Services&);

}  // namespace hb::server
