#pragma once
#include <functional>
#include <string>
#include <vector>

#include "simulate/content.hpp"
#include "simulate/district.hpp"
#include "simulate/outbreak_plan.hpp"
#include "simulate/resources.hpp"

namespace hb::simulate {

constexpr int class_numbers = 256;  ///< Enrolment::group is grade × this + number

/// The outbreaks of a run with all that is needed to write what they leave behind.
struct Outbreaks {
  std::vector<OutbreakContent> catalogue;
  OutbreakSurroundings surroundings;
  std::vector<DiseaseContent> diseases;  ///< of each entry of the catalogue
  OutbreakDistrict district;
  OutbreakPlan plan;
};

/// Reads diseases.yaml and streams.yaml of `directory` and the catalogue.
/// catalogue  a file; empty: outbreaks.yaml of `directory`; "none": no outbreaks
/// errors     as load_content
Result<Outbreaks> load_outbreak_content(const std::filesystem::path& directory,
                                        const std::filesystem::path& catalogue,
                                        const Content& content);

/// What outbreaks need to know of a planned population. Keeps references to all arguments.
OutbreakDistrict outbreak_district(const Content& content, const District& district,
                                   const Population& population, const Window& window,
                                   std::uint64_t seed);

/// Plans into `outbreaks`.
void plan(Outbreaks& outbreaks, const Content& content, const District& district,
          const Population& population, const Window& window, std::uint64_t seed);

/// Counts by day and place, ordinary ones and those of the outbreaks, as Observations; `write` is
/// called with a batch whenever one has grown to some megabytes, and may take it away.
Result<void> write_streams(const Outbreaks& outbreaks, const Content& content,
                           const District& district, const Window& window, std::uint64_t seed,
                           const std::function<Result<void>(Batch&)>& write);

/// outbreak,catalogue_id,disease,area,place,first_exposure,first_onset,third_onset,last_onset,
/// true_cases,reported_cases – place: id of the institution, or the name of a market or workplace;
/// empty: none
std::string outbreaks_csv(const Outbreaks& outbreaks, const Content& content,
                          const District& district);
/// outbreak,resident,onset,report – report: day of the card; empty: no card
std::string cases_csv(const Outbreaks& outbreaks);

/// "ob-0001": how truth names an outbreak, by its index.
std::string outbreak_id(std::size_t index);
/// Name of a market or workplace of an outbreak; empty for other settings.
std::string place_name(const Outbreaks& outbreaks, const PlannedOutbreak& outbreak,
                       const Content& content);

}  // namespace hb::simulate
