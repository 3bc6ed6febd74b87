#pragma once
#include <memory>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "forms/forms.hpp"

namespace hb::forms {

struct Node;

/// Where answers stand beside each other: the response, a group, or below one answer.
struct Part {
  const Part* outer = nullptr;
  const Node* node = nullptr;             ///< that holds it; null: the response
  boost::json::object* holder = nullptr;  ///< whose `item` it is
  fhir::Json json;                        ///< the same for expressions: response or item
  std::string path;
  std::vector<std::unique_ptr<Node>> nodes;
};

/// An item of a response.
struct Node {
  const Item* item = nullptr;
  boost::json::object* object = nullptr;
  fhir::Json json;
  std::string path;
  std::vector<const boost::json::object*> answers;
  std::vector<std::unique_ptr<Part>> parts;  ///< of a group: one; of a question: one per answer
};

/// A response read together with its form, ready for its expressions.
class Filled {
 public:
  /// issues  what does not belong into the form
  /// errors  invalid_input: not a QuestionnaireResponse
  static Result<std::unique_ptr<Filled>> read(const Questionnaire& form, std::string_view response,
                                              const Surrounding& around,
                                              std::vector<Issue>& issues);

  const Part& root() const { return root_; }
  boost::json::value& body() { return body_; }
  /// completed or amended: nothing may be missing.
  bool is_complete() const { return complete_; }

  bool enabled(const Item& item, const Part& part);
  /// For a part of the response, or for an item.
  Result<std::vector<boost::json::value>> values(const Expression& expression, fhir::Json focus,
                                                 bool is_root);
  /// nullopt: nothing.
  Result<std::optional<bool>> test(const Expression& expression, fhir::Json focus, bool is_root);
  /// The first failed expression of enabled(), which itself says only false.
  const std::optional<Error>& failed() const { return failed_; }

 private:
  Filled() = default;
  void read_part(const std::vector<Item>& items, Part& part, std::vector<Issue>& issues, int depth);
  void read_node(Node& node, const Part& part, std::vector<Issue>& issues, int depth);
  std::vector<const boost::json::object*> answers_to(const std::string& question,
                                                     const Part& part) const;
  fhir::Value focus_of(fhir::Json json, bool is_root) const;

  boost::json::value body_;
  Part root_;
  bool complete_ = false;
  fhir::Evaluation evaluation_;
  fhir::Parser parser_;
  fhir::PaddedText text_;
  fhir::TypeId item_type_ = fhir::no_type;
  fhir::TypeId root_type_ = fhir::no_type;
  std::vector<std::unique_ptr<fhir::Parser>> parsers_;
  std::vector<std::unique_ptr<fhir::PaddedText>> texts_;
  std::optional<Error> failed_;
};

/// The value of an answer; null: none.
const boost::json::value* value_of(const boost::json::object& answer, std::string* name = nullptr);
/// Equal as answers are: Codings by system and code, Quantities by value, numbers by value.
bool same(const boost::json::value& a, const boost::json::value& b);
/// -1, 0, 1; nullopt: they cannot be compared.
std::optional<int> order(const boost::json::value& a, const boost::json::value& b);

}  // namespace hb::forms
