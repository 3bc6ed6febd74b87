#include "watch/decisions.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/csv.hpp"

namespace hb::watch {
namespace {

constexpr const char* file_name = "early-warning-decisions.csv";
constexpr const char* head = "at,author,threshold,false_discoveries,basis\n";
constexpr std::size_t columns = 5;

std::optional<double> number(const std::string& text) {
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool in_bounds(double threshold, double share) {
  constexpr double most_score = 100;
  return threshold > 0 && threshold <= most_score && share > 0 && share < 1;
}

std::string shortest(double value) {
  char text[32];
  const auto [end, fault] = std::to_chars(text, text + sizeof text, value);
  return fault == std::errc{} ? std::string(text, end) : "";
}

unexpected<Error> no_write(const std::filesystem::path& file) {
  return fail(ErrorCode::unavailable, "the decision cannot be written", file.string());
}

/// Appends and makes it durable.
Result<void> append(const std::filesystem::path& file, const std::string& text) {
  constexpr mode_t owner = 0600;
  const int handle = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, owner);
  if (handle < 0) return no_write(file);
  const auto written = ::write(handle, text.data(), text.size());
  const bool durable = written == static_cast<ssize_t>(text.size()) && ::fsync(handle) == 0;
  const bool closed = ::close(handle) == 0;
  if (!durable || !closed) return no_write(file);
  return {};
}

}  // namespace

Result<std::vector<Decision>> read_decisions(const std::filesystem::path& store) {
  const std::filesystem::path file = store / file_name;
  std::vector<Decision> decisions;
  std::error_code ignored;
  if (!std::filesystem::exists(file, ignored)) return decisions;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) return fail(ErrorCode::unavailable, "cannot be read", file.string());
  const auto rows = parse_csv(text.str());
  if (!rows) return fail(ErrorCode::invalid_input, rows.error().message, file.string());
  for (std::size_t i = 1; i < rows->size(); ++i) {
    const CsvRow& row = (*rows)[i];
    const std::string where = file.string() + ":" + std::to_string(row.line);
    if (row.fields.size() != columns)
      return fail(ErrorCode::invalid_input, "five fields are expected", where);
    const auto at = parse_instant(row.fields[0]);
    const auto threshold = number(row.fields[2]);
    const auto share = number(row.fields[3]);
    if (!at || !threshold || !share || !in_bounds(*threshold, *share))
      return fail(ErrorCode::invalid_input, "a time, a threshold and a share are expected", where);
    decisions.push_back({*at, row.fields[1], *threshold, *share, row.fields[4]});
  }
  return decisions;
}

Result<void> add_decision(const std::filesystem::path& store, const Decision& decision) {
  if (decision.author.empty()) return fail(ErrorCode::invalid_input, "a decision needs its author");
  if (!in_bounds(decision.threshold, decision.false_discoveries))
    return fail(ErrorCode::invalid_input, "a threshold or share of a decision is out of bounds");
  const std::filesystem::path file = store / file_name;
  std::error_code ignored;
  const bool fresh = !std::filesystem::exists(file, ignored);
  return append(file, (fresh ? head : "") + format_instant(decision.at) + ',' +
                          csv_field(decision.author) + ',' + shortest(decision.threshold) + ',' +
                          shortest(decision.false_discoveries) + ',' + csv_field(decision.basis) +
                          '\n');
}

Result<FusionOptions> decided_options(const std::filesystem::path& store) {
  const auto decisions = read_decisions(store);
  if (!decisions) return unexpected(decisions.error());
  FusionOptions options;
  if (decisions->empty()) return options;
  options.threshold = decisions->back().threshold;
  options.false_discoveries = decisions->back().false_discoveries;
  return options;
}

}  // namespace hb::watch
