#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "views/compiled.hpp"

namespace hb::views {

/// Length and first and last bytes of a key; all there is of keys of up to 16 bytes.
struct ShortKey {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size = 0;
  bool is(const ShortKey& other) const {
    return first == other.first && last == other.last && size == other.size;
  }

  template <class Word>
  static Word load(const char* from) {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
  }
  static ShortKey of(std::string_view key) {
    const char* const bytes = key.data();
    const std::size_t n = key.size();
    if (n >= 8) return {load<std::uint64_t>(bytes), load<std::uint64_t>(bytes + n - 8), n};
    if (n >= 4) return {load<std::uint32_t>(bytes), load<std::uint32_t>(bytes + n - 4), n};
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < n; ++i) all = all << 8 | static_cast<unsigned char>(bytes[i]);
    return {all, 0, n};
  }
};

/// What the columns of simple paths (members, first(), ofType(), where() on texts, extension(),
/// keys, iif(…exists(), …)) want from one type, as a trie of JSON keys: one walk over an object
/// serves them all. Built once; threads share it.
class Plan {
 public:
  /// What is kept of an item that the walk comes by.
  enum class Take : std::uint8_t { item, resource_key, reference_key };

  struct Filter {
    std::string key;
    std::string text;
    friend bool operator==(const Filter&, const Filter&) = default;
  };
  /// A member on the way, with what where() and first() say about its items.
  struct Step {
    std::string key;
    std::vector<Filter> filters;
    bool first = false;
  };
  struct Path {
    std::vector<Step> steps;
    fhir::TypeId type = fhir::no_type;  ///< of the items
    Take take = Take::item;
    std::string key_type;  ///< of getReferenceKey(Type)
    bool first = false;    ///< first() behind a key
  };

  struct Capture {
    Take take;
    std::string key_type;
    std::uint16_t slot;
  };
  struct Edge {
    std::vector<Filter> filters;
    bool first;
    std::uint16_t mark;  ///< counts the items of an edge with first()
    std::uint16_t branch;
  };
  struct Child {
    std::string key;
    ShortKey short_key;
    std::int32_t leaf_slot = -1;  ///< the only thing wanted is the item itself, for this slot
    std::vector<Edge> edges;
  };
  /// What is wanted of an item, and of the members inside it.
  struct Branch {
    std::vector<Capture> captures;
    std::vector<Child> children;        ///< at most max_children
    std::array<std::uint8_t, 64> at{};  ///< open addressing: number of the child + 1; 0 = none
  };
  static constexpr std::size_t max_children = 32;

  struct Choice {
    std::int32_t slot = -1;  ///< -1 = always empty
    Take take = Take::item;
    bool first = false;
    bool is_decimal = false;  ///< FHIR type of the item
    friend bool operator==(const Choice&, const Choice&) = default;
  };
  /// A cell: iif(condition, yes, no), or only yes.
  struct Answer {
    std::int32_t condition = -1;  ///< slot that must not be empty; -1 = none
    Choice yes;
    Choice no;
    tables::ColumnType type = tables::ColumnType::text;
    bool hashed = false;   ///< a key column: crypto::resource_key(key_type, id)
    std::string key_type;  ///< of a key column
    friend bool operator==(const Answer&, const Answer&) = default;
  };

  explicit Plan(fhir::TypeId type) : type_(type), branches_(1) {}

  /// Number of the column's answer; nullopt: only the general evaluator can tell.
  std::optional<std::int32_t> add_column(const CompiledColumn& column);
  /// Number of the slot whose items are those of the path (its count is right; of its items only
  /// the first is kept).
  std::optional<std::int32_t> add_path(const fhir::Expression& path);
  /// The same for the path of a condition "….exists()".
  std::optional<std::int32_t> add_exists(const fhir::Expression& condition);
  /// Type of the items of a simple path.
  std::optional<fhir::TypeId> item_type(const fhir::Expression& path) const;
  /// When all is added: finds the leaves.
  void finish();

  fhir::TypeId type() const { return type_; }
  const std::vector<Branch>& branches() const { return branches_; }
  const std::vector<Answer>& answers() const { return answers_; }
  std::size_t slots() const { return slots_; }
  std::size_t marks() const { return marks_; }

  /// Where the search for a key begins in Branch::at.
  static std::size_t place(const ShortKey& key) {
    return ((key.first ^ (key.last << 21 | key.last >> 43)) + key.size) * 0x9E3779B97F4A7C15ull >>
           58;
  }

 private:
  std::optional<std::int32_t> insert(const Path& path);
  Child* child(std::size_t branch, const std::string& key);
  std::size_t edge(Child& child, const Step& step);
  std::optional<Choice> choice(const Path& path);

  fhir::TypeId type_;
  std::vector<Branch> branches_;  ///< 0 = the walked object itself
  std::vector<Answer> answers_;
  std::uint16_t slots_ = 0;
  std::uint16_t marks_ = 0;
};

}  // namespace hb::views
