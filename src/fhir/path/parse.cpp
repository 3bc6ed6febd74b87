// FHIRPath N1 grammar (http://hl7.org/fhirpath/N1/grammar.html): precedence climbing over tokens.
#include <array>

#include "fhir/path/functions.hpp"
#include "fhir/path/lexer.hpp"
#include "fhir/path/node.hpp"

namespace hb::fhir::path {
namespace {

using NodePtr = std::unique_ptr<Node>;

constexpr std::size_t max_text = 20'000;
constexpr int max_nesting = 100;

struct BinaryOperator {
  std::string_view text;
  Operator op;
  int precedence;  ///< higher binds tighter
};
constexpr BinaryOperator binary_operators[] = {
    {"*", Operator::multiply, 9},      {"/", Operator::divide, 9},
    {"div", Operator::div, 9},         {"mod", Operator::mod, 9},
    {"+", Operator::add, 8},           {"-", Operator::subtract, 8},
    {"&", Operator::concatenate, 8},   {"is", Operator::is, 7},
    {"as", Operator::as, 7},           {"|", Operator::unite, 6},
    {"<", Operator::less, 5},          {"<=", Operator::less_equal, 5},
    {">", Operator::greater, 5},       {">=", Operator::greater_equal, 5},
    {"=", Operator::equal, 4},         {"~", Operator::equivalent, 4},
    {"!=", Operator::not_equal, 4},    {"!~", Operator::not_equivalent, 4},
    {"in", Operator::in, 3},           {"contains", Operator::contains, 3},
    {"and", Operator::conjunction, 2}, {"or", Operator::disjunction, 1},
    {"xor", Operator::exclusive, 1},   {"implies", Operator::implies, 0},
};
constexpr std::string_view reserved[] = {"div", "mod", "and", "or", "xor", "implies"};
/// Constants that need no definition.
constexpr std::string_view own_constants[] = {"resource", "rootResource", "context", "ucum",
                                              "sct",      "loinc",        "rowIndex"};
constexpr std::string_view calendar_units[] = {"year", "month",  "week",   "day",
                                               "hour", "minute", "second", "millisecond"};
constexpr std::string_view system_types[] = {"Boolean",  "String", "Integer",  "Long",
                                             "Decimal",  "Date",   "DateTime", "Time",
                                             "Quantity", "Any"};

template <std::size_t N>
bool one_of(const std::string_view (&list)[N], std::string_view text) {
  for (const std::string_view item : list)
    if (item == text) return true;
  return false;
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, const Constants* constants)
      : tokens_(std::move(tokens)), constants_(constants) {}

  Result<NodePtr> run() {
    auto node = expression(0);
    if (node && current().kind != Token::Kind::end)
      return refuse("an operator or the end is expected");
    return node;
  }

 private:
  const Token& current() const { return tokens_[at_]; }
  bool is_symbol(std::string_view text) const {
    return current().kind == Token::Kind::symbol && current().text == text;
  }
  bool is_word(std::string_view text) const {
    return current().kind == Token::Kind::word && current().text == text;
  }
  bool take_symbol(std::string_view text) {
    if (!is_symbol(text)) return false;
    ++at_;
    return true;
  }
  unexpected<Error> refuse(std::string message) const {
    return fail(ErrorCode::invalid_input, std::move(message),
                "column " + std::to_string(current().column));
  }

  NodePtr make(Node::Kind kind) const {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->column = static_cast<std::uint32_t>(current().column);
    return node;
  }

  const BinaryOperator* binary_operator(int at_least) const {
    if (current().kind != Token::Kind::symbol && current().kind != Token::Kind::word)
      return nullptr;
    for (const BinaryOperator& entry : binary_operators)
      if (entry.text == current().text) return entry.precedence >= at_least ? &entry : nullptr;
    return nullptr;
  }

  Result<NodePtr> expression(int at_least) {
    if (++nesting_ > max_nesting) return refuse("the expression is nested too deeply");
    auto left = unary();
    while (left) {
      const BinaryOperator* found = binary_operator(at_least);
      if (found == nullptr) break;
      ++at_;
      auto node = make(Node::Kind::operation);
      node->op = found->op;
      node->arguments.push_back(std::move(*left));
      if (found->op == Operator::is || found->op == Operator::as) {
        auto type = type_specifier();
        if (!type) return unexpected(type.error());
        node->type = std::move(*type);
      } else {
        auto right = expression(found->precedence + 1);
        if (!right) return right;
        node->arguments.push_back(std::move(*right));
      }
      if (++chain_ > max_text / 4) return refuse("the expression is too long");
      left = std::move(node);
    }
    --nesting_;
    return left;
  }

  Result<NodePtr> unary() {
    if (!is_symbol("-") && !is_symbol("+")) return postfix();
    const bool negative = is_symbol("-");
    ++at_;
    if (++nesting_ > max_nesting) return refuse("the expression is nested too deeply");
    auto operand = unary();
    --nesting_;
    if (!operand) return operand;
    auto node = make(Node::Kind::operation);
    node->op = negative ? Operator::negate : Operator::add;
    node->arguments.push_back(std::move(*operand));
    return node;
  }

  /// A path; variables it defines are known to its end.
  Result<NodePtr> postfix() {
    const std::size_t known = variables_.size();
    auto node = links();
    variables_.resize(known);
    return node;
  }

  Result<NodePtr> links() {
    auto node = term();
    int links = 0;
    while (node) {
      if (++links > max_nesting) return refuse("the path has more than 100 steps");
      if (take_symbol(".")) {
        node = invocation(std::move(*node), false);
      } else if (take_symbol("[")) {
        auto index = expression(0);
        if (!index) return index;
        if (!take_symbol("]")) return refuse("] is expected");
        auto indexer = make(Node::Kind::operation);
        indexer->op = Operator::index;
        indexer->arguments.push_back(std::move(*node));
        indexer->arguments.push_back(std::move(*index));
        node = std::move(indexer);
      } else {
        break;
      }
    }
    return node;
  }

  Result<NodePtr> term() {
    const Token& token = current();
    switch (token.kind) {
      case Token::Kind::text:
        return literal(token.text);
      case Token::Kind::number:
        return number();
      case Token::Kind::moment:
        return moment();
      case Token::Kind::constant:
        return constant();
      case Token::Kind::variable:
        return variable();
      case Token::Kind::delimited:
        return invocation(make(Node::Kind::focus), true);
      case Token::Kind::word:
        if (token.text == "true" || token.text == "false") {
          auto node = make(Node::Kind::literal);
          node->value = token.text == "true";
          ++at_;
          return node;
        }
        if (one_of(reserved, token.text))
          return refuse("a value is expected before '" + token.text + "'");
        return invocation(make(Node::Kind::focus), true);
      case Token::Kind::symbol:
        return bracketed();
      case Token::Kind::end:
        break;
    }
    return refuse("a value is expected");
  }

  Result<NodePtr> literal(const std::string& text) {
    auto node = make(Node::Kind::literal);
    node->name = text;
    node->value = std::string_view(node->name);
    ++at_;
    return node;
  }

  Result<NodePtr> constant() {
    auto node = make(Node::Kind::constant);
    node->name = current().text;
    for (const auto& [name, slot] : variables_) {
      if (name != node->name) continue;
      node->kind = Node::Kind::variable;
      node->slot = slot;
      ++at_;
      return node;
    }
    if (node->name.starts_with("vs-") || node->name.starts_with("ext-")) {
      ++at_;
      return node;
    }
    if (constants_ == nullptr || one_of(own_constants, node->name)) {
      ++at_;
      return node;
    }
    const auto found = constants_->find(node->name);
    if (found == constants_->end()) return refuse("there is no constant %" + node->name);
    ++at_;
    node->kind = Node::Kind::literal;
    node->value = found->second;
    if (auto* text = std::get_if<std::string_view>(&node->value)) {
      node->name = *text;
      *text = node->name;
    } else if (auto* quantity = std::get_if<Quantity>(&node->value)) {
      node->name = quantity->unit;
      quantity->unit = node->name;
    }
    return node;
  }

  Result<NodePtr> bracketed() {
    if (take_symbol("(")) {
      auto inner = expression(0);
      if (inner && !take_symbol(")")) return refuse(") is expected");
      return inner;
    }
    if (take_symbol("{")) {
      if (!take_symbol("}")) return refuse("} is expected");
      return make(Node::Kind::empty);
    }
    return refuse("a value is expected before '" + current().text + "'");
  }

  Result<NodePtr> variable() {
    const std::string& name = current().text;
    auto node = make(name == "$this"    ? Node::Kind::focus
                     : name == "$index" ? Node::Kind::index
                                        : Node::Kind::total);
    ++at_;
    return node;
  }

  Result<NodePtr> number() {
    const auto decimal = parse_decimal(current().text);
    if (!decimal) return refuse("a number of at most 28 digits is expected");
    const bool whole = current().text.find('.') == std::string::npos;
    if (whole && current().text.size() > 18)
      return refuse("a whole number of at most 18 digits is expected");
    auto node = make(Node::Kind::literal);
    ++at_;
    if (current().kind == Token::Kind::text) {
      node->name = current().text;
      node->value = Quantity{*decimal, node->name, false};
      ++at_;
    } else if (const std::string unit = calendar_unit(); !unit.empty()) {
      node->name = unit;
      node->value = Quantity{*decimal, node->name, true};
      ++at_;
    } else if (is_word("L") && whole) {
      node->value = static_cast<std::int64_t>(decimal->mantissa);
      ++at_;
    } else if (whole) {
      node->value = static_cast<std::int64_t>(decimal->mantissa);
    } else {
      node->value = *decimal;
    }
    return node;
  }

  /// The calendar word at hand in the singular, or nothing.
  std::string calendar_unit() const {
    if (current().kind != Token::Kind::word) return {};
    std::string word = current().text;
    if (!one_of(calendar_units, word) && word.ends_with('s')) word.pop_back();
    return one_of(calendar_units, word) ? word : std::string();
  }

  Result<NodePtr> moment() {
    const std::string& text = current().text;
    auto node = make(Node::Kind::literal);
    if (text.starts_with('T')) {
      const auto time = parse_time_of_day(std::string_view(text).substr(1));
      if (!time) return refuse("a time such as @T14:30:00 is expected");
      node->value = Moment{Moment::Kind::time, *time};
    } else {
      const auto value = parse_temporal(text);
      if (!value) return refuse("a date that exists, such as @2020-02-28, is expected");
      const bool timed = text.find('T') != std::string::npos;
      node->value = Moment{timed ? Moment::Kind::date_time : Moment::Kind::date, *value};
    }
    ++at_;
    return node;
  }

  Result<NodePtr> invocation(NodePtr base, bool at_head) {
    const Token& token = current();
    if (token.kind == Token::Kind::variable) return variable();
    if (token.kind != Token::Kind::word && token.kind != Token::Kind::delimited)
      return refuse("the name of an element or a function is expected");
    auto node = make(Node::Kind::member);
    node->name = token.text;
    node->at_head = at_head;
    ++at_;
    const bool called = token.kind == Token::Kind::word && is_symbol("(");
    node->base = std::move(base);
    if (!called) return node;
    return function(std::move(node));
  }

  Result<NodePtr> function(NodePtr node) {
    node->kind = Node::Kind::function;
    node->function = find_function(node->name);
    --at_;
    if (node->function == nullptr) return refuse("there is no function " + node->name + "()");
    at_ += 2;  // the name and the opening parenthesis
    const bool wants_type = node->function->argument == Function::Argument::type;
    while (!is_symbol(")")) {
      if (wants_type) {
        auto type = type_argument();
        if (!type) return unexpected(type.error());
        node->type = std::move(*type);
        node->arguments.push_back(make(Node::Kind::empty));
      } else {
        if (auto read = argument(*node); !read) return unexpected(read.error());
      }
      if (!take_symbol(",")) break;
    }
    if (!is_symbol(")")) return refuse(") is expected");
    const std::size_t count = node->arguments.size();
    if (count < node->function->min_arguments || count > node->function->max_arguments)
      return refuse(node->name + "() takes " + std::to_string(node->function->min_arguments) +
                    " to " + std::to_string(node->function->max_arguments) + " arguments");
    ++at_;
    if (node->name == "defineVariable")
      if (auto defined = define(*node); !defined) return unexpected(defined.error());
    return node;
  }

  Result<void> argument(Node& node) {
    const std::size_t known = variables_.size();
    auto argument = expression(0);
    variables_.resize(known);
    if (!argument) return unexpected(argument.error());
    if (node.name == "sort") read_direction(node, *argument);
    node.arguments.push_back(std::move(*argument));
    return {};
  }

  /// sort(-family), sort(family desc)
  void read_direction(Node& node, NodePtr& key) {
    auto order = Node::Order::rising;
    if (key->kind == Node::Kind::operation && key->op == Operator::negate) {
      order = Node::Order::negated;
      NodePtr inner = std::move(key->arguments[0]);
      key = std::move(inner);
    }
    if (is_word("asc") || is_word("desc")) {
      if (is_word("desc")) order = Node::Order::falling;
      ++at_;
    }
    node.orders.push_back(order);
  }

  Result<void> define(Node& node) {
    const auto* name = std::get_if<std::string_view>(&node.arguments[0]->value);
    const auto refuse_here = [&](std::string message) {
      return fail(ErrorCode::invalid_input, std::move(message),
                  "column " + std::to_string(node.column));
    };
    if (node.arguments[0]->kind != Node::Kind::literal || name == nullptr || name->empty())
      return refuse_here("defineVariable() asks for a name such as 'x'");
    const bool taken = one_of(own_constants, *name) || name->starts_with("vs-") ||
                       name->starts_with("ext-") ||
                       (constants_ != nullptr && constants_->contains(*name));
    if (taken) return refuse_here("%" + std::string(*name) + " has a meaning of its own");
    for (const auto& known : variables_)
      if (known.first == *name)
        return refuse_here("%" + std::string(*name) + " is defined here already");
    node.slot = next_slot_++;
    variables_.emplace_back(*name, node.slot);
    return {};
  }

  Result<TypeSpecifier> type_argument() {
    if (current().kind != Token::Kind::text) return type_specifier();
    Token token = current();  // 'Patient': older implementations quote the name
    token.kind = Token::Kind::word;
    tokens_[at_] = token;
    return type_specifier();
  }

  Result<TypeSpecifier> type_specifier() {
    TypeSpecifier type;
    if (current().kind != Token::Kind::word && current().kind != Token::Kind::delimited)
      return refuse("the name of a type is expected");
    type.name = current().text;
    const std::size_t first = at_++;
    if ((type.name == "System" || type.name == "FHIR") && take_symbol(".")) {
      type.space = type.name;
      type.name = current().text;
      ++at_;
    }
    type.fhir = type.space == "System" ? no_type : definitions::find_type(type.name);
    const bool system = type.space != "FHIR" && one_of(system_types, type.name);
    if (type.fhir == no_type && !system && type.space != "System") {
      at_ = first;
      return refuse("there is no type " + type.name);
    }
    return type;
  }

  std::vector<Token> tokens_;
  const Constants* constants_;
  std::size_t at_ = 0;
  int nesting_ = 0;
  std::size_t chain_ = 0;
  std::vector<std::pair<std::string, std::uint32_t>> variables_;  ///< names known here, slots
  std::uint32_t next_slot_ = 0;
};

void collect_constants(const Node& node, std::vector<std::string>& names) {
  if (node.kind == Node::Kind::constant) names.push_back(node.name);
  if (node.base) collect_constants(*node.base, names);
  for (const auto& argument : node.arguments) collect_constants(*argument, names);
}

}  // namespace
}  // namespace hb::fhir::path

namespace hb::fhir {

Expression::Expression(std::unique_ptr<Node> root) : root_(std::move(root)) {}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

Result<Expression> Expression::parse(std::string_view text) { return read(text, nullptr); }

Result<Expression> Expression::parse(std::string_view text, const Constants& constants) {
  return read(text, &constants);
}

Result<Expression> Expression::read(std::string_view text, const Constants* constants) {
  if (text.size() > path::max_text)
    return fail(ErrorCode::invalid_input, "the expression is longer than 20,000 characters",
                "column 1");
  auto tokens = path::tokenize(text);
  if (!tokens) return unexpected(tokens.error());
  auto node = path::Parser(std::move(*tokens), constants).run();
  if (!node) return unexpected(node.error());
  return Expression(std::move(*node));
}

std::vector<std::string> Expression::constants() const {
  std::vector<std::string> names;
  path::collect_constants(*root_, names);
  return names;
}

std::optional<Expression::KeyEnding> Expression::key_ending() const {
  const Node* node = root_.get();
  while (node != nullptr) {
    if (node->kind == Node::Kind::function && node->name == "getResourceKey")
      return KeyEnding{true, {}};
    if (node->kind == Node::Kind::function && node->name == "getReferenceKey")
      return KeyEnding{false, node->type.name};
    if (node->kind == Node::Kind::function && (node->name == "first" || node->name == "last"))
      node = node->base.get();
    else if (node->kind == Node::Kind::operation && node->op == path::Operator::index)
      node = node->arguments[0].get();
    else
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace hb::fhir
