#include <algorithm>

#include "core/mask.hpp"
#include "core/policy.hpp"
#include "server/json.hpp"
#include "server/parameters.hpp"
#include "server/routes.hpp"

namespace hb::server {

namespace {

json::array words(const std::vector<std::string>& list) {
  return json::array(list.begin(), list.end());
}

bool holds(const std::vector<std::string>& list, std::string_view one) {
  return std::ranges::find(list, one) != list.end();
}

json::object rows_object(const Policy& policy, const Policy::Rule& rule) {
  json::array relations;
  for (std::size_t i = 0; i < policy.relations().size(); ++i)
    if ((rule.relations >> i & 1) != 0) relations.emplace_back(policy.relations()[i].id);
  return {{"reach", reach_word(rule)},
          {"all", rule.all_rows},
          {"area", rule.area},
          {"own", rule.own},
          {"relations", std::move(relations)},
          {"ownRows", rule.own_rows}};
}

json::array kind_ids(const Policy& policy, const Policy::Rule& rule) {
  json::array kinds;
  for (std::size_t i = 0; i < policy.kinds().size(); ++i)
    if (rule.sees_kind(i) || policy.kinds()[i].open) kinds.emplace_back(policy.kinds()[i].id);
  return kinds;
}

json::object fields_object(const Policy& policy, const Policy::Rule& rule) {
  json::object fields;
  for (std::size_t i = 0; i < policy.groups().size(); ++i)
    fields[policy.groups()[i].id] = show_word(rule.fields[i]);
  return fields;
}

json::array compartments_of(const Services& services, std::string_view role) {
  json::array list;
  for (const Compartment& one : services.compartments->all())
    if (holds(one.roles, role)) list.emplace_back(one.id);
  return list;
}

json::object role_object(const Services& services, const Policy::Rule& rule) {
  const Policy& policy = *services.catalogue.policy();
  const scene::Role* role = services.catalogue.role(rule.role);
  return {{"id", rule.role},
          {"name", texts(role ? role->name : Localized{rule.role, rule.role})},
          {"account", role != nullptr},
          {"purpose", role ? role->purpose : rule.purposes.front()},
          {"purposes", words(rule.purposes)},
          {"permissions", role ? words(role->permissions) : json::array{}},
          {"rows", rows_object(policy, rule)},
          {"kinds", kind_ids(policy, rule)},
          {"fields", fields_object(policy, rule)},
          {"compartments", compartments_of(services, rule.role)},
          {"smallCounts", rule.small_counts},
          {"needsApproval", rule.needs_approval},
          {"breakGlass", rule.break_glass}};
}

/// An invented person, as a role would see the fields. Nobody's data are read for a preview.
std::string sample_of(const Policy::Group& group, Show show) {
  struct Sample {
    std::string_view group, value;
  };
  constexpr Sample samples[] = {
      {"name", "张小雨"},           {"identity", "770101199003071234"},
      {"contact", "19900001234"},   {"address", "映川区青梧街道示例路12号3幢401室"},
      {"area", "770101001003"},     {"birth", "1990-03-07"},
      {"marital", "已婚"},          {"reason", "I10 原发性高血压"},
      {"cost", "186.40"},           {"staff", "示例医生"},
      {"school", "示例小学 三2班"}, {"narrative", "示例病程记录"},
      {"original", "{…}"}};
  const auto found = std::ranges::find(samples, group.id, &Sample::group);
  const std::string value(found == std::end(samples) ? "…" : found->value);
  if (show == Show::full) return value;
  if (show == Show::none) return {};
  switch (group.mask) {
    case Mask::name:
      return mask_name(value);
    case Mask::identity:
      return mask_identity(value);
    case Mask::phone:
      return mask_phone(value);
    case Mask::address:
      return mask_address(value);
    case Mask::year:
      return value.substr(0, 4);
    case Mask::street:
      return value.substr(0, 9);
    case Mask::hidden:
      break;
  }
  return {};
}

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t end = std::min(list.find(',', at), list.size());
    if (end > at) parts.push_back(list.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

/// GET /api/policy: the content of the access rules, for people
Response get_policy(Request&, const Principal&, Services& services) {
  const Policy& policy = *services.catalogue.policy();
  json::array permissions, kinds, fields, relations, compartments, roles, apart;
  for (const scene::Permission& one : services.catalogue.permissions())
    permissions.push_back(json::object{{"id", one.id}, {"name", texts(one.name)}});
  for (const Policy::Kind& one : policy.kinds())
    kinds.push_back(json::object{{"id", one.id},
                                 {"name", texts(one.name)},
                                 {"types", words(one.types)},
                                 {"tables", words(one.tables)},
                                 {"open", one.open}});
  for (const Policy::Group& one : policy.groups())
    fields.push_back(json::object{{"id", one.id},
                                  {"name", texts(one.name)},
                                  {"mask", mask_word(one.mask)},
                                  {"paths", words(one.paths)},
                                  {"columns", words(one.columns)}});
  for (const Policy::Relation& one : policy.relations())
    relations.push_back(
        json::object{{"id", one.id},
                     {"name", texts(one.name)},
                     {"table", one.table},
                     {"by", one.by_practitioner ? "practitioner" : "organization"},
                     {"days", one.days == 0 ? json::value(nullptr) : json::value(one.days)}});
  for (const Compartment& one : services.compartments->all())
    compartments.push_back(json::object{{"id", one.id},
                                        {"name", texts(one.name)},
                                        {"roles", words(one.roles)},
                                        {"purposes", words(one.purposes)}});
  for (const Policy::Rule& one : policy.rules()) roles.push_back(role_object(services, one));
  for (const Policy::Apart& one : policy.apart())
    apart.push_back(
        json::object{{"of", words(one.of)}, {"from", words(one.from)}, {"why", texts(one.why)}});
  const Policy::BreakGlass& glass = policy.break_glass();
  return json_response(
      200,
      json::object{{"permissions", std::move(permissions)},
                   {"kinds", std::move(kinds)},
                   {"fields", std::move(fields)},
                   {"relations", std::move(relations)},
                   {"compartments", std::move(compartments)},
                   {"roles", std::move(roles)},
                   {"apart", std::move(apart)},
                   {"breakGlass", json::object{{"minutes", glass.minutes},
                                               {"mostADay", glass.most_a_day},
                                               {"leastReason", glass.least_reason}}},
                   {"smallCounts", json::object{{"below", policy.small_count()},
                                                {"basis", texts(policy.small_basis())}}},
                   {"smallGroups", json::object{{"below", policy.small_groups().below},
                                                {"basis", texts(policy.small_groups().basis)}}}});
}

/// GET /api/policy/preview?role=nurse[,vaccinator]: what these roles see of an invented resident
Response get_policy_preview(Request& request, const Principal&, Services& services) {
  const Policy& policy = *services.catalogue.policy();
  const auto asked = text_of(request, "role");
  if (!asked) return asked.error();
  const std::vector<std::string> names = split(*asked);
  json::array roles;
  for (const std::string& name : names) {
    const Policy::Rule* rule = policy.rule(name);
    if (rule == nullptr)
      return bad_parameter(
          "role", {"策略中的角色（多个以逗号分隔）", "roles of the policy, separated by commas"});
    json::object shown = role_object(services, *rule);
    json::array sample;
    const bool sees_persons = !rule->reaches_nobody();
    for (std::size_t i = 0; i < policy.groups().size(); ++i) {
      const Policy::Group& group = policy.groups()[i];
      const Show show = sees_persons ? rule->fields[i] : Show::none;
      sample.push_back(json::object{{"id", group.id},
                                    {"name", texts(group.name)},
                                    {"show", show_word(show)},
                                    {"value", sample_of(group, show)}});
    }
    shown["sample"] = std::move(sample);
    roles.push_back(std::move(shown));
  }
  if (roles.empty())
    return bad_parameter(
        "role", {"策略中的角色（多个以逗号分隔）", "roles of the policy, separated by commas"});
  const auto conflict = policy.conflict(names);
  return json_response(200, json::object{{"roles", std::move(roles)},
                                         {"conflict", conflict ? json::value(texts(*conflict))
                                                               : json::value(nullptr)}});
}

}  // namespace hb::server
