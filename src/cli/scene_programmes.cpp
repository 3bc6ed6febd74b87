#include "cli/scene_programmes.hpp"

#include "programmes/board.hpp"
#include "programmes/visit.hpp"

namespace hb::cli {
namespace {

using programmes::Programme;
using programmes::Service;

class SqlChecker {
 public:
  SqlChecker(const tables::Database& database, const Programme& programme,
             std::vector<scene::SceneFault>& faults)
      : database_(database), programme_(programme), faults_(faults) {}

  /// The text as it stands, then what the program makes of it.
  void check(const std::string& place, const std::string& text, const std::string& whole) {
    if (!text.empty())
      if (const Result<void> fits = database_.check_scene_sql(text); !fits)
        return fault(place, fits.error());
    const auto ran =
        database_.query(Principal::system("scene-check"), whole,
                        {{"today", *parse_date("2025-12-31")}}, std::chrono::seconds(20));
    if (!ran) fault(place, ran.error());
  }
  void fault(const std::string& place, const Error& error) {
    faults_.push_back({programme_.file, 0, place, error.where + " " + error.message});
  }

 private:
  const tables::Database& database_;
  const Programme& programme_;
  std::vector<scene::SceneFault>& faults_;
};

void check_sql(const tables::Database& database, const Programme& programme,
               std::vector<scene::SceneFault>& faults) {
  SqlChecker checker(database, programme, faults);
  for (const Service& service : programme.services) {
    const std::string whole = programmes::member_sql(programme, service, false);
    checker.check(service.id + ".state", service.state_sql, whole);
    checker.check(service.id + ".anchor", service.anchor_sql, whole);
  }
  if (programme.eligible_sql.empty()) return;
  if (const Result<void> fits = database.check_scene_sql(programme.eligible_sql); !fits)
    return checker.fault("eligible", fits.error());
  const auto ran = programmes::eligible_of(programme, database, Principal::system("scene-check"),
                                           *parse_date("2025-12-31"), 1);
  if (!ran) checker.fault("eligible", ran.error());
}

}  // namespace

std::vector<scene::SceneFault> programme_faults(const std::filesystem::path& scenes,
                                                const tables::Database* database) {
  std::vector<scene::SceneFault> faults;
  std::vector<programmes::Fault> wrong;
  const auto library = programmes::Library::load(scenes, wrong);
  for (const programmes::Fault& one : wrong)
    faults.push_back({one.file, one.line, one.path, one.message});
  for (const Programme& programme : library.all()) {
    for (const Service& service : programme.services) {
      const programmes::Chosen chosen[] = {{&programme, &service}};
      if (const auto form = programmes::visit_form(library, chosen); !form)
        faults.push_back({programme.file, 0, service.id + ".forms",
                          form.error().where + " " + form.error().message});
    }
    if (database != nullptr) check_sql(*database, programme, faults);
  }
  return faults;
}

}  // namespace hb::cli
