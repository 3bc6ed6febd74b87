#include "scene/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "indicators/content.hpp"

namespace hb::scene {
namespace {

using indicators::ContentReader;

std::vector<std::string> texts_of(ContentReader& content, const YAML::Node& map, const char* key,
                                  bool required = false) {
  std::vector<std::string> texts;
  for (const YAML::Node& item : content.list(map, key, required)) {
    if (item.IsScalar() && !item.Scalar().empty())
      texts.push_back(item.Scalar());
    else
      content.fault(item, "expected a text");
  }
  return texts;
}

bool flag(ContentReader& content, const YAML::Node& map, const char* key) {
  const std::string word = content.text(map, key, false);
  if (!word.empty() && word != "true" && word != "false")
    content.fault(content.child(map, key), fmt::format("“{}” is true or false", key));
  return word == "true";
}

/// Place of an id in a list that was read before.
template <class List>
std::optional<std::size_t> place(const List& list, const std::string& id) {
  const auto found = std::ranges::find_if(list, [&](const auto& one) { return one.id == id; });
  if (found == list.end()) return std::nullopt;
  return static_cast<std::size_t>(found - list.begin());
}

class Reader {
 public:
  explicit Reader(ContentReader& content) : content_(content) {}

  Policy::Content read(const YAML::Node& root) {
    if (content_.text(root, "schema") != "policy-1")
      content_.fault(root, "“schema” is not policy-1");
    for (const YAML::Node& node : content_.list(root, "kinds")) kind(node);
    for (const YAML::Node& node : content_.list(root, "fields")) group(node);
    for (const YAML::Node& node : content_.list(root, "relations")) relation(node);
    if (made_.kinds.size() > Policy::most || made_.relations.size() > Policy::most)
      content_.fault(root, fmt::format("at most {} kinds and relations", Policy::most));
    for (const YAML::Node& node : content_.list(root, "roles")) rule(node);
    for (const YAML::Node& node : content_.list(root, "apart")) apart(node);
    limits(root);
    return std::move(made_);
  }

 private:
  void once(std::set<std::string>& known, const std::string& id, const YAML::Node& node) {
    if (!known.insert(id).second) content_.fault(node, "“" + id + "” stands twice");
  }

  void kind(const YAML::Node& node) {
    Policy::Kind kind;
    kind.id = content_.text(node, "id");
    kind.name = content_.localized(node, "name");
    kind.types = texts_of(content_, node, "types");
    kind.tables = texts_of(content_, node, "tables");
    kind.open = flag(content_, node, "open");
    once(ids_, "kind " + kind.id, node);
    for (const std::string& type : kind.types) once(ids_, "type " + type, node);
    for (const std::string& table : kind.tables) once(ids_, "table " + table, node);
    made_.kinds.push_back(std::move(kind));
  }

  void group(const YAML::Node& node) {
    Policy::Group group;
    group.id = content_.text(node, "id");
    group.name = content_.localized(node, "name");
    const std::string mask = content_.text(node, "mask");
    if (const std::optional<Mask> known = mask_of(mask))
      group.mask = *known;
    else
      content_.fault(node, "there is no mask “" + mask + "”");
    group.paths = texts_of(content_, node, "paths");
    group.columns = texts_of(content_, node, "columns");
    for (const std::string& path : group.paths) {
      if (path.find('.') == std::string::npos)
        content_.fault(node, "expected a path such as Patient.name, found “" + path + "”");
      once(ids_, "path " + path, node);
    }
    for (const std::string& column : group.columns) {
      const std::string table = column.substr(0, column.find('.'));
      if (table != "*" && !ids_.contains("table " + table))
        content_.fault(node, "the table of “" + column + "” is in no kind");
      once(ids_, "column " + column, node);
    }
    once(ids_, "field " + group.id, node);
    made_.groups.push_back(std::move(group));
  }

  void relation(const YAML::Node& node) {
    Policy::Relation relation;
    relation.id = content_.text(node, "id");
    relation.name = content_.localized(node, "name");
    relation.table = content_.text(node, "table");
    if (!ids_.contains("table " + relation.table))
      content_.fault(node, "the table “" + relation.table + "” is in no kind");
    relation.by = content_.text(node, "by");
    relation.by_practitioner = relation.by == "practitioner_key";
    if (!relation.by_practitioner && relation.by != "organization_key")
      content_.fault(node, "“by” is practitioner_key or organization_key");
    relation.begins = content_.text(node, "begins");
    relation.ends = content_.text(node, "ends", false);
    relation.days = content_.whole(node, "days", false).value_or(0);
    if (relation.ends.empty() == (relation.days == 0))
      content_.fault(node, "a relation lasts until “ends”, or for “days” after “begins”");
    if (const YAML::Node codes = content_.child(node, "codes", false); codes.IsMap())
      for (const auto& entry : codes)
        relation.codes[entry.first.Scalar()] =
            texts_of(content_, codes, entry.first.Scalar().c_str(), true);
    once(ids_, "relation " + relation.id, node);
    made_.relations.push_back(std::move(relation));
  }

  void rows(Policy::Rule& rule, const YAML::Node& node) {
    for (const YAML::Node& item : content_.list(node, "rows")) {
      const std::string word = item.IsScalar() ? item.Scalar() : "";
      if (word == "all") {
        rule.all_rows = true;
      } else if (word == "area") {
        rule.area = true;
      } else if (word == "own") {
        rule.own = true;
      } else if (const auto at = place(made_.relations, word)) {
        rule.relations |= Policy::Set{1} << *at;
      } else {
        content_.fault(item, "“" + word + "” is neither all, area, own nor a relation above");
      }
    }
    rule.own_rows = flag(content_, node, "own_rows");
    if (rule.own_rows && (rule.all_rows || rule.area || rule.own || rule.relations == 0))
      content_.fault(node, "“own_rows” goes with relations alone");
  }

  void kinds(Policy::Rule& rule, const YAML::Node& node) {
    const YAML::Node kinds = content_.child(node, "kinds");
    if (kinds.IsScalar() && kinds.Scalar() == "all") {
      rule.all_kinds = true;
      return;
    }
    for (const YAML::Node& item : content_.list(node, "kinds")) {
      const auto at = place(made_.kinds, item.IsScalar() ? item.Scalar() : "");
      if (at)
        rule.kinds |= Policy::Set{1} << *at;
      else
        content_.fault(item, "there is no kind of this name above");
    }
  }

  void fields(Policy::Rule& rule, const YAML::Node& node, const char* key, Show show) {
    for (const YAML::Node& item : content_.list(node, key, false)) {
      const auto at = place(made_.groups, item.IsScalar() ? item.Scalar() : "");
      if (!at) {
        content_.fault(item, "there is no field of this name above");
        continue;
      }
      if (rule.fields[*at] != Show::none)
        content_.fault(item, "“" + item.Scalar() + "” stands twice");
      if (show == Show::masked && made_.groups[*at].mask == Mask::hidden)
        content_.fault(item, "“" + item.Scalar() + "” cannot be masked, only full or hidden");
      rule.fields[*at] = show;
    }
  }

  void rule(const YAML::Node& node) {
    Policy::Rule rule;
    rule.role = content_.text(node, "role");
    rule.purposes = texts_of(content_, node, "purposes", true);
    rule.fields.assign(made_.groups.size(), Show::none);
    rows(rule, node);
    kinds(rule, node);
    fields(rule, node, "full", Show::full);
    fields(rule, node, "masked", Show::masked);
    rule.small_counts = flag(content_, node, "small_counts");
    rule.needs_approval = flag(content_, node, "needs_approval");
    rule.break_glass = flag(content_, node, "break_glass");
    once(ids_, "role " + rule.role, node);
    made_.rules.push_back(std::move(rule));
  }

  void apart(const YAML::Node& node) {
    Policy::Apart apart;
    apart.of = texts_of(content_, node, "of", true);
    apart.from = texts_of(content_, node, "from");
    apart.why = content_.localized(node, "why");
    for (const auto* list : {&apart.of, &apart.from})
      for (const std::string& role : *list)
        if (!ids_.contains("role " + role))
          content_.fault(node, "there is no role “" + role + "” above");
    made_.apart.push_back(std::move(apart));
  }

  void limits(const YAML::Node& root) {
    const YAML::Node glass = content_.child(root, "break_glass");
    if (glass.IsMap()) {
      made_.break_glass.minutes = content_.whole(glass, "minutes").value_or(0);
      made_.break_glass.most_a_day = content_.whole(glass, "most_a_day").value_or(0);
      made_.break_glass.least_reason = content_.whole(glass, "least_reason").value_or(0);
    }
    const YAML::Node small = content_.child(root, "small_counts");
    if (!small.IsMap()) return;
    made_.small_count = content_.whole(small, "below").value_or(0);
    if (made_.small_count < 2) content_.fault(small, "“below” is at least 2");
    made_.small_basis = content_.localized(small, "basis");
    const YAML::Node groups = content_.child(root, "small_groups");
    if (!groups.IsMap()) return;
    made_.small_groups.below = content_.whole(groups, "below").value_or(0);
    if (made_.small_groups.below < 2) content_.fault(groups, "“below” is at least 2");
    made_.small_groups.people = content_.text(groups, "people");
    made_.small_groups.basis = content_.localized(groups, "basis");
  }

  ContentReader& content_;
  Policy::Content made_;
  std::set<std::string> ids_;
};

}  // namespace

Result<Policy> load_policy(const std::filesystem::path& file) {
  const Result<YAML::Node> root = indicators::read_yaml(file);
  if (!root) return unexpected(root.error());
  ContentReader content(file.string());
  if (!root->IsMap()) content.fault(*root, "expected a mapping");
  if (!content.ok()) return unexpected(content.error());
  Policy::Content made = Reader(content).read(*root);
  if (!content.ok()) return unexpected(content.error());
  return Policy(std::move(made));
}

}  // namespace hb::scene
