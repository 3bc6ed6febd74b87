#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "search/parameters.hpp"
#include "search/values.hpp"

namespace hb::search {

enum class Prefix : std::uint8_t { eq, ne, gt, lt, ge, le, sa, eb, ap };
enum class Modifier : std::uint8_t {
  none,
  exact,
  contains,
  missing,
  negated,  ///< :not
  in,
  not_in,
  identifier,
  text,
  of_type,
  above,
  below,
};

/// One of the values of a parameter that are separated by commas.
struct Operand {
  Prefix prefix = Prefix::eq;
  bool has_system = false;  ///< "system|code" or "|code"
  std::string system;       ///< of a token or quantity; the type of a reference
  std::string code;         ///< code, id, text, uri or unit
  std::string type_code;    ///< of :of-type
  Span span{0, 0};          ///< of a date
  fhir::Decimal value;      ///< of a number or quantity
  fhir::Decimal low, high;  ///< what "eq" takes for equal: as precise as it was written
  std::vector<Operand> parts;
};

struct Query;

/// A condition: one value of any_of must hold.
struct Clause {
  std::string name;  ///< as written, for messages: "subject:Patient.name"
  const Parameter* parameter = nullptr;
  Modifier modifier = Modifier::none;
  bool missing = false;
  std::vector<Operand> any_of;
  /// Chains: a reference whose target is found by one of these; with reverse (_has) something that
  /// refers here by `parameter` and is found by it.
  std::vector<Query> inner;
  bool reverse = false;
};

struct SortKey {
  const Parameter* parameter;
  bool descending;
};

/// _include and _revinclude.
struct Include {
  std::string type;                      ///< whose reference is followed
  const Parameter* parameter = nullptr;  ///< nullptr: every reference of the type ("*")
  std::string target;                    ///< only this type; empty = any
  bool iterate = false;
};

enum class Total : std::uint8_t { none, estimate, accurate };
enum class Summary : std::uint8_t { none, yes, text, data, count };

/// A search of one resource type, understood and checked.
struct Query {
  std::string type;
  std::vector<Clause> clauses;
  std::vector<SortKey> sort;
  std::int64_t count = 50;
  std::vector<Include> includes;
  std::vector<Include> reverse_includes;
  Total total = Total::none;
  Summary summary = Summary::none;
  std::vector<std::string> elements;
  std::string cursor;  ///< where the page begins; made by an earlier page
  /// What was understood, in order, as it is to stand in the link "self".
  std::vector<std::pair<std::string, std::string>> used;
  /// Names of parameters that were ignored (only when lenient).
  std::vector<std::string> ignored;
};

struct QueryOptions {
  bool lenient = false;  ///< unknown parameters are ignored instead of refused
  Instant now{};         ///< for the prefix "ap" of dates
  std::int64_t default_count = 50;
  std::int64_t most_count = 1'000;
};

using QueryText = std::vector<std::pair<std::string, std::string>>;  ///< names and values, decoded

/// Limits of what one search may ask: more is refused, naming the limit.
constexpr std::size_t most_clauses = 32;
constexpr std::size_t most_values = 500;  ///< of one parameter
constexpr std::size_t most_links = 4;     ///< of a chain

/// errors  invalid_input: what is wrong with which parameter (where = its name)
Result<Query> parse_query(std::string_view type, const QueryText& text,
                          const QueryOptions& options);

/// Values of one parameter: a comma separates, a backslash takes its meaning from , | $ and itself.
Result<std::vector<Operand>> parse_operands(const Parameter& parameter, Modifier modifier,
                                            std::string_view text, Instant now);

}  // namespace hb::search
