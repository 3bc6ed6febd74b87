// Names of search parameters: modifiers, chains, and the parameters that shape the result.
#include "search/query.hpp"

#include <algorithm>
#include <charconv>

#include "fhir/definitions.hpp"

namespace hb::search {
namespace {

unexpected<Error> refuse(std::string_view name, std::string message) {
  return fail(ErrorCode::invalid_input, std::move(message), std::string(name));
}

struct ModifierName {
  std::string_view name;
  Modifier modifier;
  std::uint16_t kinds;  ///< bit per Kind it may stand with
};
constexpr std::uint16_t bit(Kind kind) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
}
constexpr std::uint16_t all_kinds = 0xFFFF;

constexpr ModifierName modifiers[] = {
    {"exact", Modifier::exact, bit(Kind::string)},
    {"contains", Modifier::contains, bit(Kind::string) | bit(Kind::uri)},
    {"missing", Modifier::missing, all_kinds},
    {"not", Modifier::negated, bit(Kind::token)},
    {"in", Modifier::in, bit(Kind::token)},
    {"not-in", Modifier::not_in, bit(Kind::token)},
    {"identifier", Modifier::identifier, bit(Kind::reference)},
    {"text", Modifier::text, bit(Kind::token)},
    {"of-type", Modifier::of_type, bit(Kind::token)},
    {"above", Modifier::above, bit(Kind::uri)},
    {"below", Modifier::below, bit(Kind::uri)},
};

/// Understands names and values one after the other into a Query.
class Reader {
 public:
  Reader(Query& query, const QueryOptions& options) : query_(query), options_(options) {}

  Result<void> read(const std::string& name, const std::string& value);

  /// "code", "code:not", "subject:Patient.name", "_has:Observation:patient:code"
  Result<Clause> clause(std::string_view type, std::string_view name, std::string_view value,
                        std::size_t links);

 private:
  Result<bool> shape(std::string_view name, std::string_view value);
  Result<void> sort(std::string_view value);
  Result<void> count(std::string_view value);
  Result<void> include(std::string_view name, std::string_view value, bool reverse);
  Result<Clause> has(std::string_view type, std::string_view name, std::string_view value,
                     std::size_t links);
  Result<Clause> chain(std::string_view type, std::string_view name, std::size_t dot,
                       std::string_view value, std::size_t links);

  Query& query_;
  const QueryOptions& options_;
};

Result<const Parameter*> parameter_named(std::string_view type, std::string_view code,
                                         std::string_view name) {
  const Parameter* parameter = find_parameter(type, code);
  if (parameter == nullptr)
    return refuse(name, std::string(type) + " has no search parameter '" + std::string(code) + "'");
  return parameter;
}

Result<void> set_modifier(Clause& clause, std::string_view modifier, std::string_view name) {
  const auto known = std::ranges::find(modifiers, modifier, &ModifierName::name);
  if (known == std::end(modifiers) || (known->kinds & bit(clause.parameter->kind)) == 0)
    return refuse(name, "a " + std::string(kind_name(clause.parameter->kind)) +
                            " parameter does not know the modifier ':" + std::string(modifier) +
                            "'");
  clause.modifier = known->modifier;
  return {};
}

Result<Clause> Reader::has(std::string_view type, std::string_view name, std::string_view value,
                           std::size_t links) {
  std::string_view rest = name.substr(std::string_view("_has:").size());
  const std::size_t first = rest.find(':');
  const std::size_t second = first == rest.npos ? first : rest.find(':', first + 1);
  if (second == rest.npos) return refuse(name, "expected _has:Type:reference:parameter");
  const std::string_view other = rest.substr(0, first);
  if (!fhir::is_resource_type(other))
    return refuse(name, "'" + std::string(other) + "' is not a resource type");
  const auto parameter = parameter_named(other, rest.substr(first + 1, second - first - 1), name);
  if (!parameter) return unexpected(parameter.error());
  if ((*parameter)->kind != Kind::reference)
    return refuse(name, "'" + std::string((*parameter)->code) + "' is not a reference");
  const auto& targets = (*parameter)->targets;
  if (!targets.empty() && std::ranges::find(targets, type) == targets.end())
    return refuse(name,
                  "'" + std::string((*parameter)->code) + "' never refers to " + std::string(type));
  Result<Clause> last = clause(other, rest.substr(second + 1), value, links + 1);
  if (!last) return last;
  Clause clause{std::string(name), *parameter, Modifier::none, false, {}, {}, true};
  Query inner;
  inner.type = other;
  inner.clauses.push_back(std::move(*last));
  clause.inner.push_back(std::move(inner));
  return clause;
}

Result<Clause> Reader::chain(std::string_view type, std::string_view name, std::size_t dot,
                             std::string_view value, std::size_t links) {
  std::string_view code = name.substr(0, dot);
  std::string_view only;
  if (const std::size_t colon = code.find(':'); colon != code.npos) {
    only = code.substr(colon + 1);
    code = code.substr(0, colon);
    if (!fhir::is_resource_type(only))
      return refuse(name, "'" + std::string(only) + "' is not a resource type");
  }
  const auto parameter = parameter_named(type, code, name);
  if (!parameter) return unexpected(parameter.error());
  if ((*parameter)->kind != Kind::reference)
    return refuse(name, "'" + std::string(code) + "' is not a reference and cannot be chained");
  std::vector<std::string_view> types = (*parameter)->targets;
  if (!only.empty()) types = {only};
  if (types.empty())
    return refuse(name, "say which type is meant: " + std::string(code) + ":Type.…");
  Clause clause{std::string(name), *parameter, Modifier::none, false, {}, {}, false};
  Error last_error{ErrorCode::invalid_input, "no such parameter", std::string(name)};
  for (const std::string_view target : types) {
    Result<Clause> last = this->clause(target, name.substr(dot + 1), value, links + 1);
    if (!last) {
      last_error = last.error();
      continue;
    }
    Query inner;
    inner.type = target;
    inner.clauses.push_back(std::move(*last));
    clause.inner.push_back(std::move(inner));
  }
  if (clause.inner.empty()) return unexpected(last_error);
  return clause;
}

Result<Clause> Reader::clause(std::string_view type, std::string_view name, std::string_view value,
                              std::size_t links) {
  if (links > most_links)
    return refuse(name, "a chain has at most " + std::to_string(most_links) + " links");
  if (name.starts_with("_has:")) return has(type, name, value, links);
  const std::size_t dot = name.find('.');
  if (dot != name.npos) return chain(type, name, dot, value, links);
  const std::size_t colon = name.find(':');
  const auto parameter = parameter_named(type, name.substr(0, colon), name);
  if (!parameter) return unexpected(parameter.error());
  if ((*parameter)->kind == Kind::special)
    return refuse(name, "this search parameter is not supported");
  Clause clause{std::string(name), *parameter, Modifier::none, false, {}, {}, false};
  std::string typed;
  if (colon != name.npos) {
    const std::string_view modifier = name.substr(colon + 1);
    if ((*parameter)->kind == Kind::reference && fhir::is_resource_type(modifier)) {
      typed = std::string(modifier) + "/" + std::string(value);  // subject:Patient=12
      value = typed;
    } else if (const auto set = set_modifier(clause, modifier, name); !set) {
      return unexpected(set.error());
    }
  }
  if (clause.modifier == Modifier::missing) {
    if (value != "true" && value != "false") return refuse(name, "expected true or false");
    clause.missing = value == "true";
    return clause;
  }
  Result<std::vector<Operand>> operands =
      parse_operands(**parameter, clause.modifier, value, options_.now);
  if (!operands) return refuse(name, operands.error().message);
  clause.any_of = std::move(*operands);
  return clause;
}

Result<void> Reader::sort(std::string_view value) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    std::string_view code = value.substr(0, end);
    value.remove_prefix(std::min(value.size(), end + 1));
    const bool descending = code.starts_with('-');
    if (descending) code.remove_prefix(1);
    const auto parameter = parameter_named(query_.type, code, "_sort");
    if (!parameter) return unexpected(parameter.error());
    if ((*parameter)->kind == Kind::composite || (*parameter)->kind == Kind::special)
      return refuse("_sort", "'" + std::string(code) + "' has no order");
    query_.sort.push_back({*parameter, descending});
  }
  return {};
}

Result<void> Reader::count(std::string_view value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < 0)
    return refuse("_count", "expected a whole number from 0");
  if (number == 0) query_.summary = Summary::count;
  query_.count = std::min(number, options_.most_count);
  return {};
}

Result<void> Reader::include(std::string_view name, std::string_view value, bool reverse) {
  Include include;
  const std::size_t colon = name.find(':');
  if (colon != name.npos) {
    if (name.substr(colon + 1) != "iterate" && name.substr(colon + 1) != "recurse")
      return refuse(name, "the only modifier is :iterate");
    include.iterate = true;
  }
  const std::size_t first = value.find(':');
  include.type = value.substr(0, first);
  if (first == value.npos || !fhir::is_resource_type(include.type))
    return refuse(name, "expected Type:parameter or Type:parameter:Target");
  const std::size_t second = value.find(':', first + 1);
  const std::string_view code =
      value.substr(first + 1, second == value.npos ? second : second - first - 1);
  if (second != value.npos) include.target = value.substr(second + 1);
  if (!include.target.empty() && !fhir::is_resource_type(include.target))
    return refuse(name, "'" + include.target + "' is not a resource type");
  if (code != "*") {
    const auto parameter = parameter_named(include.type, code, name);
    if (!parameter) return unexpected(parameter.error());
    if ((*parameter)->kind != Kind::reference)
      return refuse(name, "'" + std::string(code) + "' is not a reference");
    include.parameter = *parameter;
  }
  (reverse ? query_.reverse_includes : query_.includes).push_back(std::move(include));
  return {};
}

template <class Choice, std::size_t count>
Result<void> choose(Choice& chosen, std::string_view name, std::string_view value,
                    const std::pair<std::string_view, Choice> (&choices)[count]) {
  std::string expected;
  for (const auto& [text, choice] : choices) {
    if (text == value) {
      chosen = choice;
      return {};
    }
    expected += (expected.empty() ? "" : ", ") + std::string(text);
  }
  return refuse(name, "expected one of " + expected);
}

constexpr std::pair<std::string_view, Total> totals[] = {
    {"none", Total::none}, {"estimate", Total::estimate}, {"accurate", Total::accurate}};
constexpr std::pair<std::string_view, Summary> summaries[] = {{"true", Summary::yes},
                                                              {"text", Summary::text},
                                                              {"data", Summary::data},
                                                              {"count", Summary::count},
                                                              {"false", Summary::none}};

void split_elements(std::string_view value, std::vector<std::string>& elements) {
  while (!value.empty()) {
    const std::size_t end = std::min(value.find(','), value.size());
    if (end > 0) elements.emplace_back(value.substr(0, end));
    value.remove_prefix(std::min(value.size(), end + 1));
  }
}

/// returns  false when the name is none of those that shape the result
Result<bool> Reader::shape(std::string_view name, std::string_view value) {
  const std::string_view base = name.substr(0, name.find(':'));
  Result<void> done;
  if (name == "_sort") {
    done = sort(value);
  } else if (name == "_count") {
    done = count(value);
  } else if (base == "_include" || base == "_revinclude") {
    done = include(name, value, base == "_revinclude");
  } else if (name == "_total") {
    done = choose(query_.total, name, value, totals);
  } else if (name == "_summary") {
    done = choose(query_.summary, name, value, summaries);
  } else if (name == "_elements") {
    split_elements(value, query_.elements);
  } else if (name == "_cursor") {
    query_.cursor = value;
  } else if (name != "_format" && name != "_pretty") {
    return false;
  }
  if (!done) return unexpected(done.error());
  return true;
}

Result<void> Reader::read(const std::string& name, const std::string& value) {
  const Result<bool> shaped = shape(name, value);
  if (!shaped) return unexpected(shaped.error());
  if (!*shaped) {
    if (query_.clauses.size() >= most_clauses)
      return refuse(name, "at most " + std::to_string(most_clauses) + " conditions in one search");
    Result<Clause> clause = this->clause(query_.type, name, value, 0);
    if (!clause) {
      const bool unknown =
          find_parameter(query_.type, name.substr(0, name.find_first_of(":."))) == nullptr;
      if (!options_.lenient || !unknown) return unexpected(clause.error());
      query_.ignored.push_back(name);
      return {};
    }
    query_.clauses.push_back(std::move(*clause));
  }
  if (name != "_cursor") query_.used.emplace_back(name, value);
  return {};
}

}  // namespace

Result<Query> parse_query(std::string_view type, const QueryText& text,
                          const QueryOptions& options) {
  if (!fhir::is_resource_type(type))
    return refuse("", "'" + std::string(type) + "' is not a resource type of FHIR R4");
  Query query;
  query.type = type;
  query.count = options.default_count;
  Reader reader(query, options);
  for (const auto& [name, value] : text) {
    const Result<void> read = reader.read(name, value);
    if (!read) return unexpected(read.error());
  }
  return query;
}

}  // namespace hb::search
