#pragma once
#include <boost/json.hpp>
#include <initializer_list>
#include <string_view>

/// Reading the syntax tree that json_serialize_sql gives. What is absent reads as empty.
namespace hb::tables::tree {

namespace json = boost::json;

std::string_view text(const json::object& node, std::string_view key);
const json::object* child(const json::object& node, std::string_view key);
const json::array& list(const json::object& node, std::string_view key);
bool is_true(const json::object& node, std::string_view key);
/// Present and not null.
bool is_set(const json::object& node, std::string_view key);

bool one_of(std::string_view word, std::initializer_list<std::string_view> words);
/// Engines fold names differently when they are not in lower case.
bool is_lower(std::string_view name);

/// "BIGINT", "DECIMAL", … of a CAST; empty for any other node.
std::string_view cast_target(const json::object& node);
/// The value of a constant, nullptr for any other node.
const json::value* constant(const json::object& node);
bool is_constant_of(const json::object& node, std::string_view type);
bool is_function(const json::object& node, std::string_view name);
/// NULLIF(…, 0), a constant that is not zero, or a CAST of these.
bool cannot_be_zero(const json::object& node);

}  // namespace hb::tables::tree
