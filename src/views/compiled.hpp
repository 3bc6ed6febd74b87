#pragma once
#include <optional>
#include <string>
#include <vector>

#include "fhir/fhirpath.hpp"
#include "views/view.hpp"

namespace hb::views {

enum class Role : std::uint8_t { none, resident, event_date };

struct CompiledColumn {
  std::string name;
  std::string where;  ///< place in the ViewDefinition: "select[0].column[2]"
  fhir::Expression path;
  bool collection = false;
  tables::ColumnType type = tables::ColumnType::text;
  bool is_key = false;   ///< hb/store: key
  std::string key_type;  ///< resource type the key belongs to
  Role role = Role::none;
  std::size_t slot = 0;    ///< index among the view's own columns
  std::size_t number = 0;  ///< among all columns of all selects: unlike slot, its own
};

struct CompiledSelect {
  std::vector<CompiledColumn> columns;
  std::optional<fhir::Expression> for_each;
  bool or_null = false;
  std::vector<fhir::Expression> repeat;
  std::vector<CompiledSelect> nested;
  std::vector<CompiledSelect> union_all;
  std::size_t number = 0;  ///< among all selects of the view
};

struct View::Compiled {
  std::string name;
  std::string resource;
  std::vector<fhir::Expression> where;
  std::vector<CompiledSelect> select;
  std::vector<std::string> columns;  ///< by slot
  tables::TableSchema table;
  std::ptrdiff_t resident_slot = -1;  ///< slot of the resident's key; -1 = none
  std::ptrdiff_t event_slot = -1;     ///< slot of the event date; -1 = none
  std::size_t column_count = 0;       ///< of all selects
  std::size_t select_count = 0;
  bool stamps_resident = false;  ///< has resident_sex, resident_birth_date, resident_area
};

}  // namespace hb::views
