#include "views/row_maker.hpp"

namespace hb::views {
namespace {

class JsonRows : public RowMaker {
 public:
  JsonRows(const View::Compiled& view, fhir::Evaluation& evaluation)
      : RowMaker(view, evaluation), row_(view.columns.size(), "null") {}

  std::vector<std::vector<std::string>> rows;

 private:
  bool fill(const CompiledColumn& column, const fhir::Value& focus) override {
    std::string& cell = row_[column.slot];
    cell = column.collection ? "[" : "null";
    std::size_t items = 0;
    const auto done = evaluation().each(column.path, focus, [&](const fhir::Value& item) {
      if (column.collection) {
        if (items > 0) cell += ',';
        cell += evaluation().json(item);
      } else {
        cell = evaluation().json(item);
      }
      return ++items < 2 || column.collection;
    });
    if (!done) return error(column.where + ".path", done.error().message);
    if (column.collection) cell += ']';
    if (items > 1 && !column.collection)
      return error(column.where, "there are several values; collection = true allows them");
    return true;
  }

  void clear(const CompiledColumn& column) override { row_[column.slot] = "null"; }

  bool commit() override {
    rows.push_back(row_);
    return true;
  }

  std::vector<std::string> row_;
};

}  // namespace

Result<std::vector<std::vector<std::string>>> json_rows(const View& view,
                                                        const fhir::Resource& resource,
                                                        std::int64_t steps) {
  if (resource.type != view.resource()) return std::vector<std::vector<std::string>>{};
  fhir::Evaluation evaluation(fhir::EvaluationLimits{steps});
  evaluation.reset(resource);
  JsonRows maker(view.compiled(), evaluation);
  if (auto done = maker.run(fhir::Evaluation::root(resource)); !done)
    return unexpected(done.error());
  return std::move(maker.rows);
}

}  // namespace hb::views
