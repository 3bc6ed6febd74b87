#include "tables/picked.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bitset>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace hb::tables {
namespace {

constexpr const char* function_name = "hb_picked";

/// Most numbers that are not in the set are told by one bit.
class Set {
 public:
  explicit Set(const std::vector<std::int64_t>& ascending) : numbers_(ascending) {
    for (const std::int64_t number : ascending) bits_.set(place(number));
  }
  bool contains(std::int64_t number) const {
    return bits_.test(place(number)) && std::ranges::binary_search(numbers_, number);
  }

 private:
  static constexpr int place_bits = 16;
  /// Fibonacci hashing: neighbouring numbers spread over all places.
  static std::size_t place(std::int64_t number) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15ULL >>
                                    (64 - place_bits));
  }
  const std::vector<std::int64_t>& numbers_;
  std::bitset<std::size_t{1} << place_bits> bits_;
};

/// What statements name by its number: DuckDB's functions take values only.
class Register {
 public:
  std::int64_t add(const std::vector<std::int64_t>& ascending) {
    auto set = std::make_shared<const Set>(ascending);
    const std::unique_lock lock(mutex_);
    sets_.emplace(++last_, std::move(set));
    return last_;
  }
  void remove(std::int64_t handle) {
    const std::unique_lock lock(mutex_);
    sets_.erase(handle);
  }
  std::shared_ptr<const Set> find(std::int64_t handle) const {
    const std::shared_lock lock(mutex_);
    const auto found = sets_.find(handle);
    return found == sets_.end() ? nullptr : found->second;
  }

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::int64_t, std::shared_ptr<const Set>> sets_;
  std::int64_t last_ = 0;
};

Register& known_sets() {
  static Register sets;
  return sets;
}

/// hb_picked(number, handle) for up to 2,048 rows; NULL is never picked.
void pick(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  const idx_t rows = duckdb_data_chunk_get_size(input);
  if (rows == 0) return;
  const duckdb_vector column = duckdb_data_chunk_get_vector(input, 0);
  const auto* numbers = static_cast<const std::int64_t*>(duckdb_vector_get_data(column));
  const auto* handles = static_cast<const std::int64_t*>(
      duckdb_vector_get_data(duckdb_data_chunk_get_vector(input, 1)));
  const std::shared_ptr<const Set> set = known_sets().find(handles[0]);
  if (!set) {
    duckdb_scalar_function_set_error(info, "the numbers to pick are no longer known");
    return;
  }
  std::uint64_t* validity = duckdb_vector_get_validity(column);
  auto* picked = static_cast<bool*>(duckdb_vector_get_data(output));
  for (idx_t row = 0; row < rows; ++row)
    picked[row] = (validity == nullptr || duckdb_validity_row_is_valid(validity, row)) &&
                  set->contains(numbers[row]);
}

std::vector<std::int64_t> ascending(std::vector<std::int64_t> numbers) {
  std::ranges::sort(numbers);
  return numbers;
}

}  // namespace

Picked::Picked(std::vector<std::int64_t> numbers)
    : numbers_(ascending(std::move(numbers))), handle_(known_sets().add(numbers_)) {}

Picked::~Picked() { known_sets().remove(handle_); }

std::string Picked::condition(std::string_view column) const {
  if (numbers_.empty()) return "false";
  return fmt::format("{0}({1}, {2}) AND {1} IN ({3})", function_name, duck::quoted(column), handle_,
                     fmt::join(numbers_, ", "));
}

Result<void> Picked::offer(const duck::Connection& connection) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type number = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  duckdb_logical_type truth = duckdb_create_logical_type(DUCKDB_TYPE_BOOLEAN);
  duckdb_scalar_function_set_name(function, function_name);
  duckdb_scalar_function_add_parameter(function, number);
  duckdb_scalar_function_add_parameter(function, number);
  duckdb_scalar_function_set_return_type(function, truth);
  duckdb_scalar_function_set_function(function, pick);
  const duckdb_state state = duckdb_register_scalar_function(connection.get(), function);
  duckdb_destroy_logical_type(&truth);
  duckdb_destroy_logical_type(&number);
  duckdb_destroy_scalar_function(&function);
  if (state == DuckDBSuccess) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("DuckDB does not take the function {}", function_name));
}

}  // namespace hb::tables
