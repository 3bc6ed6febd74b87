#include "tables/scene_functions.hpp"

#include <algorithm>

namespace hb::tables {
namespace {

using enum SceneFunction::Kind;

/// docs/scene-sql.md lists these for readers.
constexpr SceneFunction functions[] = {
    // operators
    {"+", scalar, 1, 2},
    {"-", scalar, 1, 2},
    {"*", scalar, 2, 2},
    {"/", scalar, 2, 2},
    {"%", scalar, 2, 2},
    {"||", scalar, 2, 2},
    {"~~", scalar, 2, 2},    // LIKE
    {"!~~", scalar, 2, 2},   // NOT LIKE
    {"~~*", scalar, 2, 2},   // ILIKE
    {"!~~*", scalar, 2, 2},  // NOT ILIKE
    {"like_escape", scalar, 3, 3},
    {"not_like_escape", scalar, 3, 3},
    {"ilike_escape", scalar, 3, 3},
    {"not_ilike_escape", scalar, 3, 3},
    // numbers
    {"abs", scalar, 1, 1},
    {"ceil", scalar, 1, 1},
    {"ceiling", scalar, 1, 1},
    {"exp", scalar, 1, 1},
    {"floor", scalar, 1, 1},
    {"greatest", scalar, 2, 32},
    {"least", scalar, 2, 32},
    {"ln", scalar, 1, 1},
    {"log10", scalar, 1, 1},
    {"mod", scalar, 2, 2},
    {"nullif", scalar, 2, 2},
    {"power", scalar, 2, 2},
    {"round", scalar, 1, 2},
    {"sign", scalar, 1, 1},
    {"sqrt", scalar, 1, 1},
    // texts
    {"concat", scalar, 1, 32},
    {"concat_ws", scalar, 2, 32},
    {"left", scalar, 2, 2},
    {"length", scalar, 1, 1},
    {"lower", scalar, 1, 1},
    {"lpad", scalar, 3, 3},
    {"ltrim", scalar, 1, 2},
    {"md5", scalar, 1, 1},
    {"position", scalar, 2, 2},
    {"repeat", scalar, 2, 2},
    {"replace", scalar, 3, 3},
    {"reverse", scalar, 1, 1},
    {"right", scalar, 2, 2},
    {"rpad", scalar, 3, 3},
    {"rtrim", scalar, 1, 2},
    {"split_part", scalar, 3, 3},
    {"starts_with", scalar, 2, 2},
    {"strpos", scalar, 2, 2},
    {"substr", scalar, 2, 3},
    {"substring", scalar, 2, 3},
    {"translate", scalar, 3, 3},
    {"trim", scalar, 1, 2},
    {"upper", scalar, 1, 1},
    // days and instants
    {"age", scalar, 2, 2},
    {"date_part", scalar, 2, 2},  // EXTRACT(field FROM day)
    {"date_trunc", scalar, 2, 2},
    {"make_date", scalar, 3, 3},
    {"timezone", scalar, 2, 2},  // AT TIME ZONE
    // aggregates
    {"avg", aggregate, 1, 1},
    {"bool_and", aggregate, 1, 1},
    {"bool_or", aggregate, 1, 1},
    {"corr", aggregate, 2, 2},
    {"count", aggregate, 1, 1},
    {"count_star", aggregate, 0, 0},
    {"covar_pop", aggregate, 2, 2},
    {"covar_samp", aggregate, 2, 2},
    {"max", aggregate, 1, 1},
    {"min", aggregate, 1, 1},
    {"regr_intercept", aggregate, 2, 2},
    {"regr_slope", aggregate, 2, 2},
    {"stddev_pop", aggregate, 1, 1},
    {"stddev_samp", aggregate, 1, 1},
    {"string_agg", aggregate, 2, 2},
    {"sum", aggregate, 1, 1},
    {"var_pop", aggregate, 1, 1},
    {"var_samp", aggregate, 1, 1},
    {"mode", ordered, 0, 0},
    {"quantile_cont", ordered, 1, 1},  // percentile_cont
    {"quantile_disc", ordered, 1, 1},  // percentile_disc
    // windows
    {"cume_dist", window, 0, 0},
    {"dense_rank", window, 0, 0},
    {"first_value", window, 1, 1},
    {"lag", window, 1, 1},  // offset and default stand apart in the tree
    {"last_value", window, 1, 1},
    {"lead", window, 1, 1},
    {"nth_value", window, 2, 2},
    {"ntile", window, 1, 1},
    {"percent_rank", window, 0, 0},
    {"rank", window, 0, 0},
    {"row_number", window, 0, 0},
};

struct Advice {
  std::string_view function;
  std::string_view text;
};

constexpr Advice advices[] = {
    {"regexp_full_match",
     "~ and SIMILAR TO match differently in the two engines: write LIKE, "
     "starts_with or split_part"},
    {"~*", "write ILIKE"},
    {"//", "write / between integers, which divides without remainder here"},
    {"**", "write power(base, exponent)"},
    {"^", "write power(base, exponent)"},
    {"pow", "write power(base, exponent)"},
    {"every", "write bool_and(…)"},
    {"width_bucket", "write CASE WHEN … THEN … END"},
    {"to_char", "return the day or number itself; the page formats it"},
    {"strftime", "return the day itself, or EXTRACT(… FROM day); the page formats it"},
    {"pg_typeof", "CAST to the type you need"},
    {"typeof", "CAST to the type you need"},
    {"now", "give the day as a parameter, $today"},
    {"today", "give the day as a parameter, $today"},
    {"get_current_timestamp", "give the instant as a parameter, $now"},
    {"year", "write EXTRACT(year FROM day)"},
    {"month", "write EXTRACT(month FROM day)"},
    {"day", "write EXTRACT(day FROM day)"},
    {"week", "write EXTRACT(week FROM day)"},
    {"quarter", "write EXTRACT(quarter FROM day)"},
    {"date_diff", "subtract the days: a - b"},
    {"datediff", "subtract the days: a - b"},
    {"date_add", "write day + INTERVAL '1 month' or day + 7"},
    {"to_days", "write INTERVAL '1 day', with quotes"},
    {"to_weeks", "write INTERVAL '1 week', with quotes"},
    {"to_months", "write INTERVAL '1 month', with quotes"},
    {"to_years", "write INTERVAL '1 year', with quotes"},
    {"to_hours", "write INTERVAL '1 hour', with quotes"},
    {"to_minutes", "write INTERVAL '1 minute', with quotes"},
    {"median", "write percentile_cont(0.5) WITHIN GROUP (ORDER BY value)"},
    {"quantile", "write percentile_cont(0.5) WITHIN GROUP (ORDER BY value)"},
    {"count_if", "write count(*) FILTER (WHERE …)"},
    {"any_value", "write min(…) or max(…)"},
    {"first", "write min(…), or DISTINCT ON with ORDER BY"},
    {"last", "write max(…), or DISTINCT ON with ORDER BY"},
    {"arg_max", "write DISTINCT ON with ORDER BY"},
    {"arg_min", "write DISTINCT ON with ORDER BY"},
    {"stddev", "write stddev_samp(…)"},
    {"variance", "write var_samp(…)"},
    {"group_concat", "write string_agg(text, ',' ORDER BY …)"},
    {"listagg", "write string_agg(text, ',' ORDER BY …)"},
    {"array_agg", "write string_agg(text, ',' ORDER BY …)"},
    {"list", "write string_agg(text, ',' ORDER BY …)"},
    {"row", "compare the columns one by one"},
    {"list_value", "lists are no part of scene SQL: write VALUES or IN (…)"},
    {"generate_series", "it stands in FROM only: FROM generate_series(…) AS s(n)"},
    {"contains", "write position('part' IN text) > 0"},
    {"log", "write log10(…) or ln(…)"},
};

constexpr std::string_view date_fields[] = {"year",    "quarter", "month", "week",   "day",
                                            "isoyear", "doy",     "dow",   "isodow", "hour"};

constexpr std::string_view session_words[] = {"current_catalog",   "current_date", "current_role",
                                              "current_schema",    "current_time", "current_user",
                                              "current_timestamp", "localtime",    "localtimestamp",
                                              "session_user",      "user",         "rowid"};

}  // namespace

const SceneFunction* find_scene_function(std::string_view name) {
  const auto found = std::ranges::find(functions, name, &SceneFunction::name);
  return found == std::end(functions) ? nullptr : found;
}

std::string_view advice_instead_of(std::string_view function) {
  const auto found = std::ranges::find(advices, function, &Advice::function);
  return found == std::end(advices) ? std::string_view() : found->text;
}

bool is_date_field(std::string_view field) {
  return std::ranges::find(date_fields, field) != std::end(date_fields);
}

bool is_session_word(std::string_view column) {
  return std::ranges::find(session_words, column) != std::end(session_words);
}

}  // namespace hb::tables
