// Every reader of content meets files that are almost right: values taken away, of another type,
// keys that nobody knows. That is what a file of a newer program looks like to an older one. A
// reader may take the file or refuse it with file:line; it must not end the program.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <set>

#include "cards/content.hpp"
#include "core/result.hpp"
#include "exchange/research_plan.hpp"
#include "forms/questionnaire.hpp"
#include "indicators/definition.hpp"
#include "indicators/measure.hpp"
#include "indicators/plan.hpp"
#include "indicators/plan_check.hpp"
#include "indicators/similar.hpp"
#include "notify/roster.hpp"
#include "notify/settings.hpp"
#include "programmes/programme.hpp"
#include "report/template.hpp"
#include "scene/board_tiles.hpp"
#include "scene/catalogue.hpp"
#include "scene/compartments.hpp"
#include "scene/policy.hpp"
#include "scene/schema.hpp"
#include "scene/search_plan.hpp"
#include "security/open_id.hpp"
#include "server/timeline.hpp"
#include "signals/content.hpp"
#include "support/mutations.hpp"
#include "support/paths.hpp"
#include "views/view.hpp"
#include "watch/stream.hpp"
#include "workflow/calendar.hpp"
#include "workflow/criteria.hpp"
#include "workflow/load.hpp"

using namespace hb;
namespace fs = std::filesystem;

namespace {

/// What a reader says of one file: nothing when it takes it.
using Verdict = std::optional<Error>;

/// scenes is a folder of scenes that holds the file at the place it has in the project.
using Reads = std::function<Verdict(const fs::path& scenes, const fs::path& file)>;

struct Kind {
  const char* file;  ///< below scenes/, or below the folder of the test's own texts
  Reads read;
  std::vector<const char*> beside = {};  ///< other content that the reader needs
  bool alone = false;  ///< with the schemas only: what the file refers to is missing
};

std::string text_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_text(const fs::path& file, const std::string& text) {
  std::ofstream(file, std::ios::binary) << text;
}

template <class T>
Verdict verdict(const Result<T>& result) {
  return result ? Verdict{} : Verdict{result.error()};
}

template <class Fault>
Verdict first(const std::vector<Fault>& faults, const std::string& file) {
  if (faults.empty()) return {};
  return Error{ErrorCode::invalid_input, faults.front().message, file + faults.front().path};
}

template <class Load>
Reads of_file(Load load) {
  return [load](const fs::path&, const fs::path& file) { return verdict(load(file)); };
}
template <class Load>
Reads of_scenes(Load load) {
  return [load](const fs::path& scenes, const fs::path&) { return verdict(load(scenes)); };
}
template <class Load>
Reads of_text(Load load) {
  return
      [load](const fs::path&, const fs::path& file) { return verdict(load(text_of(file), file)); };
}

Verdict read_form(const fs::path&, const fs::path& file) {
  std::vector<forms::FormFault> faults;
  const auto form = forms::read(text_of(file), faults);
  CHECK(form.has_value() == faults.empty());
  return first(faults, file.string());
}

Verdict read_flow(const fs::path&, const fs::path& file) {
  std::vector<workflow::Fault> faults;
  (void)workflow::load_part(file, faults);
  faults.clear();
  const auto flow = workflow::load_flow(file, faults);
  CHECK(flow.has_value() == faults.empty());
  return first(faults, file.string());
}

Verdict read_calendar(const fs::path&, const fs::path& file) {
  std::vector<workflow::Fault> faults;
  (void)workflow::load_calendar(file, faults);
  return first(faults, file.string());
}

Result<std::vector<watch::Stream>> streams_of(const fs::path& scenes) {
  return watch::load_streams(scenes);
}

Verdict read_criteria(const fs::path&, const fs::path& file) {
  std::vector<workflow::Fault> faults;
  (void)workflow::load_criteria(file, faults);
  return first(faults, file.string());
}

Verdict read_programmes(const fs::path& scenes, const fs::path& file) {
  std::vector<programmes::Fault> faults;
  (void)programmes::Library::load(scenes, faults);
  return first(faults, file.string());
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"health-monitoring/indicators/contracts.yaml", of_file(indicators::load_measure)},
      {"health-monitoring/indicators/incidence-class-ab.yaml", of_file(indicators::load_measure)},
      {"health-monitoring/indicators/public-health-services-index.yaml",
       of_file(indicators::load_measure)},
      {"health-monitoring/indicators/cost-per-visit.yaml", of_scenes(indicators::load_measures)},
      {"healthy-hangzhou/indicators/14-5-gongshu-2025.yaml", of_file(indicators::load_plan)},
      {"healthy-hangzhou/definitions.yaml", of_file(indicators::load_definitions)},
      {"healthy-hangzhou/checks.yaml", of_file(indicators::load_checks)},
      {"health-monitoring/profile.yaml", of_file(indicators::read_profile)},
      {"cockpit/boards/cockpit.yaml", of_scenes(scene::Catalogue::load), {"cockpit/scene.yaml"}},
      {"cockpit/boards/cockpit.yaml",
       [](const fs::path& scenes, const fs::path& file) {
         (void)scene::with_tiles(file, {});
         return verdict(scene::load_board_tiles(scenes, "cockpit"));
       }},
      {"core/scene.yaml", of_scenes(scene::Catalogue::load)},
      {"core/codes/problems.yaml", of_scenes(scene::Catalogue::load), {"core/scene.yaml"}},
      {"core/roles.yaml", of_scenes(scene::Catalogue::load), {"core/scene.yaml"}},
      {"core/compartments.yaml", of_file(scene::load_compartments)},
      {"core/policy.yaml", of_file(scene::load_policy)},
      {"core/search.yaml", of_file(scene::load_search_plan)},
      {"schema/indicator-1.json", of_text([](const std::string& text, const fs::path& file) {
         return scene::Schema::parse(text, file.string());
       })},
      {"early-warning/cards.yaml", of_scenes(cards::load_content), {"core/codes/diseases.yaml"}},
      {"core/codes/diseases.yaml", of_scenes(cards::load_content), {"early-warning/cards.yaml"}},
      {"early-warning/signals.yaml", of_scenes(signals::load_content)},
      {"early-warning/streams/visits.yaml", of_scenes(streams_of)},
      {"early-warning/streams/cards-street.yaml", of_scenes(streams_of)},
      {"health-monitoring/reports/yearly-health-report.yaml", of_file(report::load_template)},
      {"health-monitoring/reports/yearbook-chapter.yaml", of_file(report::load_template)},
      {"core/exports/hypertension-care.yaml", of_file(exchange::load_research_plan)},
      {"core/timeline.yaml", of_file(server::Timeline::load)},
      {"core/roster.yaml",
       of_file([](const fs::path& file) { return notify::load_shifts(file.string()); })},
      {"core/views/encounter.json",
       [](const fs::path&, const fs::path& file) {
         return verdict(views::load_views(file.parent_path().string()));
       }},
      {"programme-follow-up/programmes/child.yaml",
       read_programmes,
       {"programme-follow-up/programmes/statuses.yaml",
        "programme-follow-up/forms/newborn-home-visit.json"}},
      {"programme-follow-up/programmes/statuses.yaml", read_programmes},
      {"programme-follow-up/forms/diabetes-follow-up.json", read_form},
      {"outbreak-response/forms/grading.json", read_form},
      {"outbreak-response/flows/outbreak.yaml",
       read_flow,
       {"outbreak-response/criteria/event-grade.yaml", "core/calendars/china.yaml"}},
      {"core/calendars/china.yaml", read_calendar},
      {"outbreak-response/criteria/event-grade.yaml", read_criteria},
  };
  return all;
}

/// Files that lie beside a server, not in a scene.
const char notify_yaml[] = R"(schema: notify-1
link: https://health.example.gov.cn
email:
  server: mail.example.gov.cn
  port: 465
  tls: implicit
  user: health
  from: health@example.gov.cn
  from_name: Health Brain
  templates:
    zh: {subject: 消息, text: "{name} {link}"}
webhooks:
  - id: sms
    to: phone
    url: https://sms.example.gov.cn/send
    headers: {X-Kind: notice}
    body: '{"to": "{to}"}'
    templates: {en: {text: Message}}
people:
  zhang: {email: zhang@example.gov.cn, phone: "13800000000", language: zh}
)";
const char provider_yaml[] = R"(schema: identity-provider-1
id: bureau
name: {zh: 卫健局, en: The bureau}
issuer: https://id.example.gov.cn
client_id: health-brain
authentication: form
userinfo: false
scopes: [profile]
account: {name: preferred_username, display: name, create: true}
rights:
  roles: [{claim: groups, equals: doctors, role: doctor}]
  areas: [{claim: area}]
  organizations: [{claim: org, equals: a, organization: b}]
)";

const std::vector<Kind>& own_kinds() {
  static const std::vector<Kind> all = {
      {"notify.yaml", of_file(notify::read_settings)},
      {"providers/bureau.yaml", [](const fs::path& folder, const fs::path&) {
         return verdict(security::read_providers((folder / "providers").string()));
       }}};
  return all;
}

/// Reads every step-th mutation of a file; says what went wrong, at most once per place in it.
void meet_mutations(const Kind& kind, const std::string& original, std::size_t most) {
  const std::string name = kind.file;
  CAPTURE(name);
  const test::TempDir folder;
  const fs::path file = folder.path() / kind.file;
  if (kind.alone) fs::copy(test::source_dir() / "scenes/schema", folder.path() / "schema");
  fs::create_directories(file.parent_path());
  for (const char* other : kind.beside) {
    fs::create_directories((folder.path() / other).parent_path());
    fs::copy_file(test::source_dir() / "scenes" / other, folder.path() / other);
  }
  test::Plain root = test::plain_of(YAML::Load(original));
  std::string same;
  test::write(root, same);
  write_text(file, same + "\n");
  const Verdict sound = kind.read(folder.path(), file);
  CHECK_MESSAGE((!sound || kind.alone), (sound ? sound->where + " " + sound->message : ""));

  std::size_t count = 0;
  test::each_mutation(root, root, "", [&](const auto&, const auto&) { ++count; });
  const std::size_t step = std::max<std::size_t>(1, (count + most - 1) / most);
  std::size_t at = 0;
  std::size_t refused = 0;
  std::size_t told = 0;
  test::each_mutation(root, root, "", [&](const std::string& what, const auto& make) {
    if (at++ % step != 0 || told >= 12) return;
    write_text(file, make());
    try {
      const Verdict said = kind.read(folder.path(), file);
      if (!said) return;
      ++refused;
      const bool placed = !said->where.empty() && !said->message.empty();
      if (!placed) ++told;
      CHECK_MESSAGE(placed, what << " → " << said->where << " | " << said->message);
    } catch (const std::exception& fault) {
      ++told;
      FAIL_CHECK(what << " → " << std::string(fault.what()));
    }
  });
  CHECK_MESSAGE(refused > 0, "the reader looked at nothing");
}

/// All that `scene check` says of a folder of scenes, without the checks that need tables.
Verdict check_scenes(const fs::path& scenes, const fs::path& file) {
  const auto faults = scene::check(scenes, {}, {});
  if (!faults) return faults.error();
  for (const scene::SceneFault& fault : *faults)
    CHECK_MESSAGE((!fault.file.empty() && !fault.message.empty()), file.string());
  return faults->empty() ? Verdict{}
                         : Verdict{Error{ErrorCode::invalid_input, faults->front().message,
                                         faults->front().file}};
}

std::size_t most_mutations() { return test::is_long_run() ? 1'000'000 : 150; }

}  // namespace

TEST_CASE("content: what is almost right is taken or refused with its place, kind by kind") {
  for (const Kind& kind : kinds())
    meet_mutations(kind, text_of(test::source_dir() / "scenes" / kind.file), most_mutations());
}

TEST_CASE("content: scene check names faults and goes on, whatever a file says") {
  for (const Kind& kind : kinds()) {
    const std::string name = kind.file;
    if (name.starts_with("schema/")) continue;  // without its schemas nothing is checked
    const std::size_t most = test::is_long_run() ? 2'000 : 12;
    meet_mutations({kind.file, check_scenes, {}, true},
                   text_of(test::source_dir() / "scenes" / kind.file), most);
  }
}

TEST_CASE("content: an indicator whose parts this program does not know names file and line") {
  const test::TempDir folder;
  const fs::path known = test::source_dir() / "scenes/health-monitoring/indicators/contracts.yaml";
  std::string text = text_of(known);
  const std::size_t at = text.find("\nnumerator:");
  REQUIRE(at != std::string::npos);
  write_text(folder.path() / "a.yaml", text.replace(at + 1, 9, "events"));
  const auto without = indicators::load_measure(folder.path() / "a.yaml");
  REQUIRE_FALSE(without.has_value());
  CHECK(without.error().where == (folder.path() / "a.yaml").string() + ":1");
  CHECK(without.error().message == "“numerator” is missing");
  write_text(folder.path() / "b.yaml", text_of(known) + "\nresponsible: everybody\n");
  const auto scalar = indicators::load_measure(folder.path() / "b.yaml");
  REQUIRE_FALSE(scalar.has_value());
  CHECK(scalar.error().message == "“responsible” is not a mapping");
}

TEST_CASE("settings: what is almost right is taken or refused with its place") {
  meet_mutations(own_kinds()[0], notify_yaml, most_mutations());
  meet_mutations(own_kinds()[1], provider_yaml, most_mutations());
}
