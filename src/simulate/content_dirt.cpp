// dirt.yaml
#include "simulate/yaml.hpp"

namespace hb::simulate {

DirtContent read_dirt(const Field& root) {
  DirtContent dirt;
  dirt.heavy = root.at("heavy").number(1, 100);
  const Field people = root.at("people");
  dirt.identity_missing = people.at("identity_missing").share();
  dirt.phone_missing = people.at("phone_missing").share();
  dirt.community_missing = people.at("community_missing").share();
  dirt.duplicated = people.at("duplicated").share();
  const Field duplicates = root.at("duplicates");
  dirt.duplicate_visits = duplicates.at("visits").share();
  dirt.duplicate_identity_missing = duplicates.at("identity_missing").share();
  dirt.second_slip = duplicates.at("second_slip").share();
  const Field slips = duplicates.at("slips");
  const char* keys[slip_count] = {"name", "phone", "sex", "birth_date", "address"};
  double sum = 0;
  for (std::size_t i = 0; i < slip_count; ++i)
    dirt.slips[i] = sum += slips.at(keys[i]).number(0, 1e6);
  if (!(sum > 0)) slips.fault("need a weight above 0");
  dirt.move_unrecorded = root.at("moves").at("unrecorded").share();
  const Field visits = root.at("visits");
  dirt.unknown = visits.at("unknown").share();
  dirt.unknown_registered = visits.at("unknown_registered").share();
  dirt.unknown_name = visits.at("unknown_name").text();
  dirt.wrong_code = visits.at("wrong_code").share();
  dirt.late = visits.at("late").share();
  dirt.late_days = visits.at("late_days").number(0, 3650);
  dirt.withdrawn = visits.at("withdrawn").share();
  dirt.corrected = visits.at("corrected").share();
  dirt.refused = visits.at("refused").share();
  const double all =
      dirt.unknown + dirt.wrong_code + dirt.late + dirt.withdrawn + dirt.corrected + dirt.refused;
  if (all * dirt.heavy > 1) visits.fault("add up to more than 1 when multiplied by heavy");
  return dirt;
}

}  // namespace hb::simulate
