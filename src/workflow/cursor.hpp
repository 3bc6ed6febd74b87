#pragma once
#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "core/localized.hpp"
#include "workflow/fault.hpp"
#include "workflow/flow.hpp"

namespace hb::workflow {

/// A YAML document and the faults found in it: a reader is written straight down, takes what is
/// there, and every fault of the file is said at once.
class Document {
 public:
  explicit Document(std::string file) : file_(std::move(file)) {}
  const std::string& file() const { return file_; }
  void fault(Place at, std::string path, std::string message) {
    faults_.push_back({file_, at.line, at.column, std::move(path), std::move(message)});
  }
  const std::vector<Fault>& faults() const { return faults_; }

 private:
  std::string file_;
  std::vector<Fault> faults_;
};

/// A place in a document.
class Cursor {
 public:
  Cursor(Document& document, YAML::Node node, std::string path, Place at)
      : document_(&document), node_(std::move(node)), path_(std::move(path)), at_(at) {}

  bool is_null() const { return !node_.IsDefined() || node_.IsNull(); }
  const YAML::Node& node() const { return node_; }
  const std::string& path() const { return path_; }
  Place at() const { return at_; }
  void fault(std::string message) const { document_->fault(at_, path_, std::move(message)); }
  void fault(const char* key, std::string message) const;

  /// Says every key that is not among these, or stands twice. The cursor must be at a mapping.
  /// returns  false when it is none
  bool only(std::initializer_list<std::string_view> keys) const;
  bool has(const char* key) const;
  /// What stands at a key; a null cursor, with a fault when it is required.
  Cursor child(const char* key, bool required = false) const;
  /// The scalar here; empty, with a fault, when it is none.
  std::string scalar() const;
  std::string text(const char* key, bool required = false) const;
  std::optional<int> whole(const char* key, int least, bool required = false) const;
  bool flag(const char* key) const;
  Localized localized(const char* key, bool required = true) const;
  /// Items of a list; a single value is a list of one.
  std::vector<Cursor> items() const;
  std::vector<Cursor> items(const char* key) const;
  std::vector<std::string> texts(const char* key) const;
  /// Key and value of a mapping, in the order of the file; a key that stands twice is a fault.
  std::vector<std::pair<std::string, Cursor>> entries() const;
  std::vector<std::pair<std::string, Cursor>> entries(const char* key) const;
  Document& document() const { return *document_; }

 private:
  Document* document_;
  YAML::Node node_;
  std::string path_;
  Place at_;
};

/// Reads a YAML file of at most 8 MB, not nested deeper than 64.
/// returns  nullopt and a fault with line and column when it is no YAML
std::optional<YAML::Node> read_document(const std::filesystem::path& file, Document& document);

Place place_of(const YAML::Node& node);

/// Small letters, digits and hyphens, beginning with a letter.
bool is_id(std::string_view text);

}  // namespace hb::workflow
