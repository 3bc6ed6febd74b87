#include <algorithm>
#include <deque>

#include "crypto/digest.hpp"
#include "views/cell.hpp"
#include "views/plans.hpp"
#include "views/row_maker.hpp"
#include "views/scanner.hpp"

namespace hb::views {
namespace {

using tables::Column;
using tables::ColumnType;
using tables::RowBlock;

inline void append(Column& column, ColumnType type, const Cell& cell) {
  column.null.push_back(cell.null);
  switch (type) {
    case ColumnType::text:
      if (!cell.null) column.bytes.append(cell.text);
      column.ends.push_back(static_cast<std::uint32_t>(column.bytes.size()));
      break;
    case ColumnType::real:
      column.reals.push_back(cell.null ? 0 : cell.real);
      break;
    default:
      column.ints.push_back(cell.null ? 0 : cell.integer);
  }
}

void truncate(Column& column, ColumnType type, std::size_t rows) {
  column.null.resize(rows);
  switch (type) {
    case ColumnType::text:
      column.ends.resize(rows);
      column.bytes.resize(rows == 0 ? 0 : column.ends.back());
      break;
    case ColumnType::real:
      column.reals.resize(rows);
      break;
    default:
      column.ints.resize(rows);
  }
}

Cell text_cell(std::string_view text) { return {text.empty(), 0, 0, text}; }
Cell integer_cell(std::int64_t value) { return {false, value, 0, {}}; }
const Cell no_value;

/// Full years to the last multiple of five. Five years have 1826.2125 days on average and no
/// multiple of them is off by more than two: far from a birthday the calendar need not be asked.
std::int64_t five_years(Date birth, Date day) {
  constexpr std::int64_t ten_thousand_days = 10'000;
  constexpr std::int64_t five = 18'262'125;  // ten-thousandths of a day
  constexpr std::int64_t margin = 4 * ten_thousand_days;
  const std::int64_t lived = (day.days - birth.days) * ten_thousand_days;
  const std::int64_t beyond = lived % five;
  if (lived > 0 && beyond > margin && beyond < five - margin) return lived / five * 5;
  const int age = age_in_years(birth, day);
  return age < 0 ? -1 : age / 5 * 5;
}

/// 0, 5, … 85; NULL when the person was not born yet or a day is unknown.
Cell age_band(const ResidentStamp& resident, const Cell& event) {
  if (!resident.has_birth_date || event.null) return {};
  const std::int64_t band =
      five_years(resident.birth_date, Date{static_cast<std::int32_t>(event.integer)});
  if (band < 0) return {};
  return integer_cell(std::min<std::int64_t>(band, 85));
}

/// Who the resource is about, asked at most once per resource and person.
class Residents {
 public:
  void begin(const ResidentOf& resident_of) {
    resident_of_ = &resident_of;
    known_ = false;
  }
  const ResidentStamp& find(std::string_view patient_id) {
    if (!known_ || patient_id != patient_id_) {
      patient_id_ = patient_id;
      stamp_ = (*resident_of_)(patient_id);
      known_ = true;
    }
    return stamp_;
  }

 private:
  const ResidentOf* resident_of_ = nullptr;
  bool known_ = false;
  std::string_view patient_id_;  ///< in the resource: valid for one add()
  ResidentStamp stamp_;
};

/// Appends the rows of one view to its block.
class BlockRows : public RowMaker {
 public:
  BlockRows(const View::Compiled& view, const PlannedView* planned, fhir::Evaluation& evaluation,
            Residents& residents, std::vector<Scanner>& scanners)
      : RowMaker(view, evaluation),
        planned_(planned),
        scanners_(scanners),
        residents_(residents),
        cells_(view.columns.size(), &no_value),
        own_(view.columns.size()),
        kept_(view.columns.size()) {
    for (const auto& column : view.table.columns) types_.push_back(column.type);
    reset();
  }

  Result<void> add(const fhir::Value& root, std::uint32_t owner) {
    owner_ = owner;
    return run(root);
  }
  std::size_t rows() const { return block_.rows(); }
  void shrink(std::size_t rows) {
    block_.owner.resize(rows);
    for (std::size_t i = 1; i < block_.columns.size(); ++i)
      truncate(block_.columns[i], block_.schema->columns[i].type, rows);
  }
  RowBlock take() {
    RowBlock full = std::move(block_);
    full.columns[0].null.assign(full.rows(), 0);  // seq: stamped when it is known
    full.columns[0].ints.assign(full.rows(), 0);
    reset();
    reserve_like(full);
    return full;
  }

 private:
  /// Chunks resemble each other: the next block will be about as large.
  void reserve_like(const RowBlock& former) {
    block_.owner.reserve(former.rows());
    for (std::size_t i = 1; i < block_.columns.size(); ++i) {
      block_.columns[i].null.reserve(former.columns[i].null.size());
      block_.columns[i].ints.reserve(former.columns[i].ints.size());
      block_.columns[i].reals.reserve(former.columns[i].reals.size());
      block_.columns[i].ends.reserve(former.columns[i].ends.size());
      block_.columns[i].bytes.reserve(former.columns[i].bytes.size());
    }
  }

  void reset() {
    block_ = RowBlock{};
    block_.schema = &view().table;
    block_.columns.resize(view().table.columns.size());
  }

  Scanner& scanner(std::int32_t plan) { return scanners_[static_cast<std::size_t>(plan)]; }

  std::optional<bool> holds(std::size_t index) override {
    if (planned_ == nullptr || planned_->where[index] < 0) return std::nullopt;
    const auto items = scanner(planned_->root).items(planned_->where[index]);
    if (items == Scanner::Items::unknown) return std::nullopt;
    return items == Scanner::Items::some;
  }

  bool has_no_items(const CompiledSelect& select) override {
    if (planned_ == nullptr) return false;
    const auto& place = planned_->selects[select.number];
    return place.list_slot >= 0 &&
           scanner(place.list_plan).items(place.list_slot) == Scanner::Items::none;
  }

  void at_item(const CompiledSelect& select, const fhir::Value& item) override {
    if (planned_ == nullptr || planned_->selects[select.number].items < 0) return;
    Scanner& walk = scanner(planned_->selects[select.number].items);
    const auto* element = std::get_if<fhir::Element>(&item);
    if (element != nullptr && !evaluation().may_have_beside() && !element->absent &&
        element->type == walk.plan().type())
      walk.scan(element->json);
    else
      walk.give_up();
  }

  bool fill(const CompiledColumn& column, const fhir::Value& focus) override {
    if (planned_ != nullptr) {
      const auto place = planned_->columns[column.number];
      const Cell* known = place.plan < 0 ? nullptr : scanner(place.plan).cell(place.answer);
      if (known != nullptr) {
        cells_[column.slot] = known;
        return true;
      }
    }
    cells_[column.slot] = &own_[column.slot];
    return evaluate(column, focus);
  }

  bool evaluate(const CompiledColumn& column, const fhir::Value& focus) {
    Cell& cell = own_[column.slot];
    cell = Cell{};
    if (column.collection) return fill_list(column, focus, cell);
    const char* expected = nullptr;
    std::size_t items = 0;
    const auto done = evaluation().each(column.path, focus, [&](const fhir::Value& item) {
      if (++items > 1) return false;
      if (column.is_key || column.role == Role::resident)
        to_key(column, item, cell);
      else
        expected = to_cell(item, column.type, cell, kept_[column.slot]);
      return expected == nullptr;
    });
    if (!done) return refuse(column, done.error().message);
    if (items > 1) return refuse(column, "there are several values; collection = true allows them");
    if (expected != nullptr) return refuse(column, std::string(expected) + " is expected");
    return true;
  }

  bool fill_list(const CompiledColumn& column, const fhir::Value& focus, Cell& cell) {
    std::string& list = kept_[column.slot];
    list = "[";
    const auto done = evaluation().each(column.path, focus, [&](const fhir::Value& item) {
      if (list.size() > 1) list += ',';
      list += fhir::to_json(item);
      return true;
    });
    if (!done) return refuse(column, done.error().message);
    list += ']';
    cell = text_cell(list);
    return true;
  }

  bool refuse(const CompiledColumn& column, const std::string& message) {
    return error(view().name + "." + column.name, message);
  }

  void to_key(const CompiledColumn& column, const fhir::Value& item, Cell& cell) {
    const auto* id = std::get_if<std::string_view>(&item);
    if (id == nullptr) return;
    cell.null = false;
    if (column.role == Role::resident)
      cell.text = *id;
    else
      cell.integer = crypto::resource_key(column.key_type, *id);
  }

  void clear(const CompiledColumn& column) override { cells_[column.slot] = &no_value; }

  bool commit() override {
    ResidentStamp resident;
    if (view().resident_slot < 0) {
      append_cells();
    } else {
      const Cell*& cell = cells_[static_cast<std::size_t>(view().resident_slot)];
      const Cell* const reference = cell;  // stays: other rows of the resource may follow
      if (!reference->null) resident = residents_.find(reference->text);
      const Cell id{resident.id == 0, resident.id, 0, {}};
      cell = &id;
      append_cells();
      cell = reference;
    }
    if (view().stamps_resident) append_stamps(resident);
    block_.owner.push_back(owner_);
    return true;
  }

  void append_cells() {
    for (std::size_t slot = 0; slot < cells_.size(); ++slot)
      append(block_.columns[slot + 1], types_[slot + 1], *cells_[slot]);
  }

  void append_stamps(const ResidentStamp& resident) {
    const std::size_t first = cells_.size() + 1;
    append(block_.columns[first], ColumnType::text, text_cell(resident.sex));
    append(block_.columns[first + 1], ColumnType::date,
           resident.has_birth_date ? integer_cell(resident.birth_date.days) : Cell{});
    append(block_.columns[first + 2], ColumnType::text, text_cell(resident.area));
    if (view().event_slot >= 0)
      append(block_.columns[first + 3], ColumnType::integer,
             age_band(resident, *cells_[static_cast<std::size_t>(view().event_slot)]));
  }

  const PlannedView* planned_;  ///< nullptr: the evaluator does all
  std::vector<Scanner>& scanners_;
  Residents& residents_;
  std::vector<const Cell*> cells_;  ///< of the row at hand: a scanner's or the own
  std::vector<Cell> own_;           ///< what the evaluator gave
  std::vector<std::string> kept_;   ///< computed texts of own_
  std::vector<ColumnType> types_;   ///< of the table's columns
  RowBlock block_;
  std::uint32_t owner_ = 0;
};

}  // namespace

struct Flattener::State {
  std::vector<View> views;
  Plans plans;
};

Flattener::Flattener(std::vector<View> views, Way way) : state_(std::make_unique<State>()) {
  state_->views = std::move(views);
  if (way == Way::general) return;
  for (const View& view : state_->views) state_->plans.add(view.compiled());
  state_->plans.finish();
}
Flattener::~Flattener() = default;
Flattener::Flattener(Flattener&&) noexcept = default;

std::vector<tables::TableSchema> Flattener::schemas() const {
  std::vector<tables::TableSchema> schemas;
  for (const View& view : state_->views)
    if (!view.table().former) schemas.push_back(view.table());
  return schemas;
}

bool Flattener::wants(std::string_view resource_type) const {
  return std::any_of(state_->views.begin(), state_->views.end(),
                     [&](const View& view) { return view.resource() == resource_type; });
}

struct Flattener::Sink::State {
  fhir::Evaluation evaluation;
  Residents residents;
  std::vector<Scanner> scanners;                 ///< one per plan
  std::vector<Scanner*> root_of_type;            ///< by fhir::TypeId
  std::deque<BlockRows> makers;                  ///< one per view
  std::vector<std::size_t> rows_before;          ///< per maker of the type at hand
  std::vector<std::vector<BlockRows*>> of_type;  ///< by fhir::TypeId
};

Flattener::Sink::Sink(const Flattener& flattener) : state_(std::make_unique<State>()) {
  const Plans& plans = flattener.state_->plans;
  state_->scanners.reserve(plans.plans().size());  // they are pointed to
  for (const Plan& plan : plans.plans()) state_->scanners.emplace_back(plan);
  for (const View& view : flattener.state_->views) {
    const std::size_t index = state_->makers.size();
    const PlannedView* planned = index < plans.views().size() ? &plans.views()[index] : nullptr;
    BlockRows& maker = state_->makers.emplace_back(view.compiled(), planned, state_->evaluation,
                                                   state_->residents, state_->scanners);
    const auto type = static_cast<std::size_t>(fhir::definitions::find_type(view.resource()));
    if (state_->of_type.size() <= type) {
      state_->of_type.resize(type + 1);
      state_->root_of_type.resize(type + 1, nullptr);
    }
    state_->of_type[type].push_back(&maker);
    if (planned != nullptr)
      state_->root_of_type[type] = &state_->scanners[static_cast<std::size_t>(planned->root)];
  }
}
Flattener::Sink::~Sink() = default;
Flattener::Sink::Sink(Sink&&) noexcept = default;

Result<void> Flattener::Sink::add(const fhir::Resource& resource, std::uint32_t owner,
                                  const ResidentOf& resident_of) {
  const fhir::TypeId type = fhir::definitions::find_type(resource.type);
  if (type == fhir::no_type || static_cast<std::size_t>(type) >= state_->of_type.size()) return {};
  const auto& makers = state_->of_type[static_cast<std::size_t>(type)];
  if (makers.empty()) return {};
  const fhir::Value root = fhir::Element{resource.root, type};
  state_->evaluation.reset(resource, root);
  state_->residents.begin(resident_of);
  if (Scanner* walk = state_->root_of_type[static_cast<std::size_t>(type)]) {
    if (state_->evaluation.may_have_beside())
      walk->give_up();
    else
      walk->scan(resource.root);
  }
  auto& before = state_->rows_before;
  before.clear();
  for (std::size_t i = 0; i < makers.size(); ++i) {
    before.push_back(makers[i]->rows());
    auto added = makers[i]->add(root, owner);
    if (added) continue;
    for (std::size_t j = 0; j <= i; ++j) makers[j]->shrink(before[j]);
    return added;
  }
  return {};
}

std::vector<tables::RowBlock> Flattener::Sink::take() {
  std::vector<tables::RowBlock> blocks;
  for (BlockRows& maker : state_->makers)
    if (maker.rows() > 0) blocks.push_back(maker.take());
  return blocks;
}

}  // namespace hb::views
