#include "tables/compartment_function.hpp"

#include <fmt/format.h>

#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace hb::tables {
namespace {

/// Codes that were asked for before: tables hold few different ones.
class KnownCodes {
 public:
  explicit KnownCodes(std::shared_ptr<const Compartments> compartments)
      : compartments_(std::move(compartments)) {}

  /// Answers for one chunk of rows at a time, so that the lock is taken once.
  class Reading {
   public:
    explicit Reading(KnownCodes& known) : known_(known), lock_(known.mutex_) {}
    Compartments::Set of(std::string_view code) {
      if (const auto found = known_.sets_.find(code); found != known_.sets_.end())
        return found->second;
      lock_.unlock();
      const Compartments::Set set = known_.learn(code);
      lock_.lock();
      return set;
    }

   private:
    KnownCodes& known_;
    std::shared_lock<std::shared_mutex> lock_;
  };

 private:
  /// Texts that are no codes could be many.
  static constexpr std::size_t most = 100'000;

  Compartments::Set learn(std::string_view code) {
    const Compartments::Set set = compartments_->of_code({}, code);
    const std::unique_lock lock(mutex_);
    if (sets_.size() >= most) sets_.clear();
    sets_.emplace(code, set);
    return set;
  }

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::shared_ptr<const Compartments> compartments_;
  std::shared_mutex mutex_;
  std::unordered_map<std::string, Compartments::Set, Hash, std::equal_to<>> sets_;
};

/// hb_compartments(code) for up to 2,048 rows.
void compartments_of(duckdb_function_info info, duckdb_data_chunk input, duckdb_vector output) {
  auto& known = *static_cast<KnownCodes*>(duckdb_scalar_function_get_extra_info(info));
  const duckdb_vector column = duckdb_data_chunk_get_vector(input, 0);
  auto* codes = static_cast<duckdb_string_t*>(duckdb_vector_get_data(column));
  std::uint64_t* validity = duckdb_vector_get_validity(column);
  auto* sets = static_cast<std::int64_t*>(duckdb_vector_get_data(output));
  KnownCodes::Reading reading(known);
  const idx_t rows = duckdb_data_chunk_get_size(input);
  for (idx_t row = 0; row < rows; ++row) {
    const bool null = validity != nullptr && !duckdb_validity_row_is_valid(validity, row);
    sets[row] =
        null ? 0
             : reading.of({duckdb_string_t_data(&codes[row]), duckdb_string_t_length(codes[row])});
  }
}

}  // namespace

Result<void> offer_compartments(const duck::Connection& connection,
                                std::shared_ptr<const Compartments> compartments) {
  duckdb_scalar_function function = duckdb_create_scalar_function();
  duckdb_logical_type text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  duckdb_logical_type bits = duckdb_create_logical_type(DUCKDB_TYPE_BIGINT);
  duckdb_scalar_function_set_name(function, compartment_function);
  duckdb_scalar_function_add_parameter(function, text);
  duckdb_scalar_function_set_return_type(function, bits);
  duckdb_scalar_function_set_special_handling(function);  // NULL has an answer
  duckdb_scalar_function_set_extra_info(
      function, new KnownCodes(std::move(compartments)),
      [](void* known) { delete static_cast<KnownCodes*>(known); });
  duckdb_scalar_function_set_function(function, compartments_of);
  const duckdb_state state = duckdb_register_scalar_function(connection.get(), function);
  duckdb_destroy_logical_type(&bits);
  duckdb_destroy_logical_type(&text);
  duckdb_destroy_scalar_function(&function);
  if (state == DuckDBSuccess) return {};
  return fail(ErrorCode::unavailable,
              fmt::format("DuckDB does not take the function {}", compartment_function));
}

}  // namespace hb::tables
