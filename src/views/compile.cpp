#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "crypto/digest.hpp"
#include "views/compiled.hpp"

namespace hb::views {
namespace {

using fhir::Json;
using simdjson::dom::array;
using simdjson::dom::object;
using tables::ColumnType;

constexpr struct {
  std::string_view fhir;
  ColumnType type;
} column_types[] = {
    {"boolean", ColumnType::boolean},     {"integer", ColumnType::integer},
    {"positiveInt", ColumnType::integer}, {"unsignedInt", ColumnType::integer},
    {"integer64", ColumnType::bigint},    {"decimal", ColumnType::decimal},
    {"date", ColumnType::date},           {"dateTime", ColumnType::timestamp},
    {"instant", ColumnType::timestamp},
};

constexpr std::size_t max_nesting = 16;

std::string_view text_of(object fields, std::string_view key) {
  std::string_view text;
  return fields.at_key(key).get(text) ? std::string_view{} : text;
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && letter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
    return letter(c) || c == '_' || (c >= '0' && c <= '9');
  });
}

unexpected<Error> refuse(const std::string& where, const std::string& message) {
  return fail(ErrorCode::invalid_input, where.empty() ? message : where + ": " + message);
}

/// ViewDefinition.constant: value[x] of a primitive type.
Result<fhir::Constants> read_constants(object view) {
  fhir::Constants constants;
  array list;
  if (view.at_key("constant").get(list)) return constants;
  std::size_t index = 0;
  for (const Json item : list) {
    const std::string where = "constant[" + std::to_string(index++) + "]";
    object fields;
    if (item.get(fields)) return refuse(where, "an object is expected");
    const std::string name(text_of(fields, "name"));
    if (!is_name(name))
      return refuse(where + ".name", "a name of letters, digits and _ is expected");
    bool found = false;
    for (const auto field : fields) {
      if (!field.key.starts_with("value")) continue;
      std::string type(field.key.substr(5));
      if (!type.empty()) type[0] = static_cast<char>(type[0] - 'A' + 'a');
      const fhir::TypeId known = fhir::definitions::find_type(type);
      const auto value = fhir::system_value(fhir::Element{field.value, known});
      if (known == fhir::no_type || !value || std::holds_alternative<fhir::Element>(*value))
        return refuse(where, "a primitive value such as valueString is expected");
      constants[name] = *value;
      found = true;
    }
    if (!found) return refuse(where, "value[x] is missing");
  }
  return constants;
}

class Compiler {
 public:
  Compiler(View::Compiled& view, const fhir::Constants& constants)
      : view_(view), constants_(constants) {}

  Result<void> run(object root) {
    array selects;
    if (root.at_key("select").get(selects) || selects.size() == 0)
      return refuse("select", "a list of at least one select is expected");
    if (auto read = read_where(root); !read) return read;
    return read_selects(selects, "select", view_.select, 0);
  }

 private:
  Result<fhir::Expression> path(Json value, const std::string& where) {
    std::string_view text;
    if (value.get(text)) return refuse(where, "a FHIRPath text is expected");
    auto parsed = fhir::Expression::parse(text, constants_);
    if (!parsed) return refuse(where, parsed.error().where + ": " + parsed.error().message);
    return parsed;
  }

  Result<void> read_where(object root) {
    Json given;
    if (root.at_key("where").get(given)) return {};
    array list;
    if (given.get(list)) return refuse("where", "a list is expected");
    for (const Json item : list) {
      const std::string where = "where[" + std::to_string(view_.where.size()) + "].path";
      Json text;
      if (item.at_key("path").get(text)) return refuse(where, "a FHIRPath text is expected");
      auto parsed = path(text, where);
      if (!parsed) return unexpected(parsed.error());
      view_.where.push_back(std::move(*parsed));
    }
    return {};
  }

  Result<void> read_selects(array list, const std::string& where, std::vector<CompiledSelect>& into,
                            std::size_t depth) {
    if (depth > max_nesting) return refuse(where, "select is nested too deeply");
    for (const Json item : list) {
      const std::string place = where + "[" + std::to_string(into.size()) + "]";
      object fields;
      if (item.get(fields)) return refuse(place, "an object is expected");
      into.emplace_back();
      if (auto read = read_select(fields, place, into.back(), depth); !read) return read;
    }
    return {};
  }

  Result<void> read_select(object fields, const std::string& where, CompiledSelect& select,
                           std::size_t depth) {
    if (auto read = read_iteration(fields, where, select); !read) return read;
    Json given;
    array list;
    if (!fields.at_key("column").get(given)) {
      if (given.get(list)) return refuse(where + ".column", "a list is expected");
      for (const Json item : list) {
        const std::string place = where + ".column[" + std::to_string(select.columns.size()) + "]";
        auto column = read_column(item, place);
        if (!column) return unexpected(column.error());
        select.columns.push_back(std::move(*column));
      }
    }
    if (!fields.at_key("select").get(given)) {
      if (given.get(list)) return refuse(where + ".select", "a list is expected");
      if (auto read = read_selects(list, where + ".select", select.nested, depth + 1); !read)
        return read;
    }
    if (fields.at_key("unionAll").get(given)) return {};
    if (given.get(list)) return refuse(where + ".unionAll", "a list is expected");
    return read_union(list, where + ".unionAll", select, depth);
  }

  Result<void> read_iteration(object fields, const std::string& where, CompiledSelect& select) {
    int given = 0;
    for (const std::string_view key : {"forEach", "forEachOrNull"}) {
      Json value;
      if (fields.at_key(key).get(value)) continue;
      ++given;
      auto parsed = path(value, where + "." + std::string(key));
      if (!parsed) return unexpected(parsed.error());
      select.for_each = std::move(*parsed);
      select.or_null = key == "forEachOrNull";
    }
    Json value;
    if (!fields.at_key("repeat").get(value)) {
      ++given;
      array list;
      if (value.get(list) || list.size() == 0)
        return refuse(where + ".repeat", "a list of FHIRPath texts is expected");
      for (const Json item : list) {
        auto parsed = path(item, where + ".repeat[" + std::to_string(select.repeat.size()) + "]");
        if (!parsed) return unexpected(parsed.error());
        select.repeat.push_back(std::move(*parsed));
      }
    }
    if (given > 1)
      return refuse(where, "only one of forEach, forEachOrNull and repeat may stand here");
    return {};
  }

  /// All branches must make the same columns in the same order; they share the slots.
  Result<void> read_union(array list, const std::string& where, CompiledSelect& select,
                          std::size_t depth) {
    const std::size_t first = view_.columns.size();
    std::optional<std::vector<std::string>> names;
    std::vector<tables::ColumnSpec> specs;
    for (const Json item : list) {
      const std::string place = where + "[" + std::to_string(select.union_all.size()) + "]";
      object fields;
      if (item.get(fields)) return refuse(place, "an object is expected");
      truncate(first);
      select.union_all.emplace_back();
      if (auto read = read_select(fields, place, select.union_all.back(), depth + 1); !read)
        return read;
      std::vector<std::string> made(view_.columns.begin() + static_cast<std::ptrdiff_t>(first),
                                    view_.columns.end());
      if (!names) {
        names = std::move(made);
        specs.assign(specs_.begin() + static_cast<std::ptrdiff_t>(first), specs_.end());
      } else if (*names != made) {
        return refuse(place,
                      "every branch of unionAll must have the same columns in the same order");
      } else if (!std::equal(specs.begin(), specs.end(),
                             specs_.begin() + static_cast<std::ptrdiff_t>(first))) {
        return refuse(place, "a column must have the same type in every branch of unionAll");
      }
    }
    return {};
  }

  void truncate(std::size_t count) {
    view_.columns.resize(count);
    specs_.resize(count);
  }

  Result<CompiledColumn> read_column(Json item, const std::string& where) {
    object fields;
    Json text;
    if (item.get(fields)) return refuse(where, "an object is expected");
    const std::string name(text_of(fields, "name"));
    if (!is_name(name))
      return refuse(where + ".name", "a name of letters, digits and _ is expected");
    if (std::find(view_.columns.begin(), view_.columns.end(), name) != view_.columns.end())
      return refuse(where + ".name", "there is a column " + name + " already");
    if (fields.at_key("path").get(text))
      return refuse(where + ".path", "a FHIRPath text is expected");
    auto parsed = path(text, where + ".path");
    if (!parsed) return unexpected(parsed.error());
    CompiledColumn column{.name = name, .where = where, .path = std::move(*parsed)};
    bool collection = false;
    if (!fields.at_key("collection").get(collection)) column.collection = collection;
    const std::string_view type = text_of(fields, "type");
    for (const auto& known : column_types)
      if (known.fhir == type && !column.collection) column.type = known.type;
    if (auto read = read_tags(fields, where, column); !read) return unexpected(read.error());
    column.slot = view_.columns.size();
    view_.columns.push_back(name);
    specs_.push_back({name, column.type});
    return column;
  }

  Result<void> read_tags(object fields, const std::string& where, CompiledColumn& column) {
    array tags;
    if (fields.at_key("tag").get(tags)) return {};
    for (const Json item : tags) {
      object tag;
      if (item.get(tag)) return refuse(where + ".tag", "an object is expected");
      const std::string_view name = text_of(tag, "name");
      const std::string_view value = text_of(tag, "value");
      if (!name.starts_with("hb/")) continue;
      if (auto read = apply_tag(std::string(name) + ": " + std::string(value), where, column);
          !read)
        return read;
    }
    return {};
  }

  Result<void> apply_tag(const std::string& tag, const std::string& where, CompiledColumn& column) {
    const auto slot = static_cast<std::ptrdiff_t>(view_.columns.size());
    if (tag == "hb/store: real") {
      if (column.type != ColumnType::decimal)
        return refuse(where, "hb/store: real stands on columns of type decimal");
      column.type = ColumnType::real;
      return {};
    }
    if (tag == "hb/role: event_date") {
      if (column.type != ColumnType::date)
        return refuse(where, "hb/role: event_date stands on a column of type date");
      if (view_.event_slot >= 0 && view_.event_slot != slot)
        return refuse(where, "a view has one event_date");
      column.role = Role::event_date;
      view_.event_slot = slot;
      return {};
    }
    if (tag != "hb/store: key" && tag != "hb/role: resident")
      return refuse(
          where,
          "unknown tag " + tag +
              "; known: hb/store: key, hb/store: real, hb/role: resident, hb/role: event_date");
    const auto ending = column.path.key_ending();
    if (!ending || (!ending->of_resource && ending->type.empty()))
      return refuse(where,
                    tag + " needs a path that ends in getResourceKey() or getReferenceKey(Type)");
    column.key_type = ending->of_resource ? view_.resource : ending->type;
    column.type = ColumnType::bigint;
    if (tag == "hb/store: key") {
      column.is_key = true;
      return {};
    }
    if (column.key_type != "Patient")
      return refuse(where, "hb/role: resident needs the key of a Patient");
    if (view_.resident_slot >= 0 && view_.resident_slot != slot)
      return refuse(where, "a view has one resident");
    column.role = Role::resident;
    view_.resident_slot = slot;
    view_.stamps_resident = !ending->of_resource;
    return {};
  }

 public:
  std::vector<tables::ColumnSpec> specs_;

 private:
  View::Compiled& view_;
  const fhir::Constants& constants_;
};

/// Binds all paths of a select to the type of what they start from.
void bind(CompiledSelect& select, fhir::TypeId focus) {
  if (select.for_each) focus = select.for_each->bind(focus);
  for (fhir::Expression& path : select.repeat) {
    path.bind(focus);
    focus = fhir::no_type;  // items of items: their types differ
  }
  for (CompiledColumn& column : select.columns) column.path.bind(focus);
  for (CompiledSelect& nested : select.nested) bind(nested, focus);
  for (CompiledSelect& branch : select.union_all) bind(branch, focus);
}

void number(View::Compiled& view, CompiledSelect& select) {
  select.number = view.select_count++;
  for (CompiledColumn& column : select.columns) column.number = view.column_count++;
  for (CompiledSelect& nested : select.nested) number(view, nested);
  for (CompiledSelect& branch : select.union_all) number(view, branch);
}

void make_schema(View::Compiled& view, const std::vector<tables::ColumnSpec>& specs,
                 std::string_view json) {
  tables::TableSchema& table = view.table;
  table.name = view.name;
  table.columns.push_back({"seq", ColumnType::bigint});
  table.columns.insert(table.columns.end(), specs.begin(), specs.end());
  if (view.stamps_resident) {
    table.columns.push_back({"resident_sex", ColumnType::text});
    table.columns.push_back({"resident_birth_date", ColumnType::date});
    table.columns.push_back({"resident_area", ColumnType::text});
    if (view.event_slot >= 0) {
      table.columns.push_back({"age_band", ColumnType::integer});
      table.event_date_column = view.columns[static_cast<std::size_t>(view.event_slot)];
    }
  }
  table.definition = crypto::sha256_hex(json).substr(0, 16);
  table.source = json;
}

}  // namespace

View::View(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
View::~View() = default;
View::View(View&&) noexcept = default;
View& View::operator=(View&&) noexcept = default;

const std::string& View::name() const { return compiled_->name; }
const std::string& View::resource() const { return compiled_->resource; }
const tables::TableSchema& View::table() const { return compiled_->table; }
void View::set_former() { compiled_->table.former = true; }
std::vector<std::string> View::columns() const { return compiled_->columns; }

Result<View> View::compile(std::string_view json) {
  fhir::Parser parser;
  const fhir::PaddedText text(json);
  const auto root = parser.parse_json(text.view());
  if (!root) return refuse("", "JSON is expected: " + root.error().expected);
  object fields;
  if (root->get(fields)) return refuse("", "a ViewDefinition object is expected");
  auto view = std::make_unique<Compiled>();
  view->name = text_of(fields, "name");
  if (!view->name.empty() && !is_name(view->name))
    return refuse("name", "a name of letters, digits and _ is expected");
  view->resource = text_of(fields, "resource");
  if (!fhir::is_resource_type(view->resource))
    return refuse("resource", "the name of a FHIR R4 resource type is expected");
  const auto constants = read_constants(fields);
  if (!constants) return unexpected(constants.error());
  Compiler compiler(*view, *constants);
  if (auto done = compiler.run(fields); !done) return unexpected(done.error());
  const fhir::TypeId type = fhir::definitions::find_type(view->resource);
  for (fhir::Expression& where : view->where) where.bind(type);
  for (CompiledSelect& select : view->select) {
    bind(select, type);
    number(*view, select);
  }
  make_schema(*view, compiler.specs_, json);
  return View(std::move(view));
}

Result<std::vector<View>> load_views(const std::string& directory) {
  namespace fs = std::filesystem;
  std::error_code error;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  if (error)
    return fail(ErrorCode::invalid_input, "the folder of views cannot be read: " + error.message(),
                directory);
  std::sort(files.begin(), files.end());
  std::vector<View> views;
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    if (!in) return fail(ErrorCode::invalid_input, "the file cannot be read", file.string());
    auto view = View::compile(text.str());
    if (!view) return fail(ErrorCode::invalid_input, view.error().message, file.string());
    if (view->name() != file.stem().string())
      return fail(ErrorCode::invalid_input,
                  "name must be that of the file: " + file.stem().string(), file.string());
    views.push_back(std::move(*view));
  }
  return views;
}

}  // namespace hb::views
