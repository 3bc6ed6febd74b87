#include "ingest/reader.hpp"

#include <algorithm>
#include <cstring>

#include <simdjson.h>

#include "crypto/digest.hpp"
#include "fhir/xml.hpp"
#include "ingest/json_scan.hpp"

namespace hb::ingest {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::size_t read_block = 1u << 20;
constexpr std::size_t kept_of_too_long = 64u << 10;
constexpr std::size_t sniffed_head = 64u << 10;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

/// Replaces "reference":"urn:uuid:…" where the Bundle says what the URL stands for.
std::string with_links(std::string_view json, const BundleLinks& links) {
  static constexpr std::string_view scheme = "\"urn:";
  std::string out;
  std::size_t done = 0;
  for (std::size_t at = json.find(scheme); at != npos; at = json.find(scheme, at + 1)) {
    const std::size_t end = json.find('"', at + 1);
    if (end == npos) break;
    const std::string_view before = trimmed(json.substr(0, at));
    if (before.empty() || before.back() != ':') continue;
    if (!trimmed(before.substr(0, before.size() - 1)).ends_with("\"reference\"")) continue;
    const auto link = links.find(std::string(json.substr(at + 1, end - at - 1)));
    if (link == links.end()) continue;
    out.append(json, done, at + 1 - done);
    out.append(link->second);
    done = end;
  }
  out.append(json.substr(done));
  return out;
}

/// A window on the unpacked bytes of a file that grows and slides.
class Window {
 public:
  explicit Window(ByteSource source) : source_(std::move(source)) {}

  std::string_view view() const { return std::string_view(buffer_).substr(begin_); }
  std::int64_t offset() const { return offset_; }  ///< of view().front() in the file
  std::int64_t total() const { return offset_ + static_cast<std::int64_t>(view().size()); }
  bool ended() const { return ended_; }
  const ByteSource& source() const { return source_; }

  /// Reads another block; false at the end of the file.
  bool grow(std::size_t block = read_block) {
    if (ended_) return false;
    if (begin_ > 0 && begin_ >= buffer_.size() / 2) {
      buffer_.erase(0, begin_);
      begin_ = 0;
    }
    const std::size_t size = buffer_.size();
    buffer_.resize(size + block);
    const std::size_t got = source_.read(buffer_.data() + size, block);
    buffer_.resize(size + got);
    if (got == 0) ended_ = true;
    return got > 0;
  }

  /// Puts another text in the place of what is in view; the file has been read to its end.
  void replace(std::string text) {
    buffer_ = std::move(text);
    begin_ = 0;
  }

  void drop(std::size_t count) {
    begin_ += count;
    offset_ += static_cast<std::int64_t>(count);
    if (begin_ == buffer_.size()) {
      buffer_.clear();
      begin_ = 0;
    }
  }

 private:
  ByteSource source_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::int64_t offset_ = 0;
  bool ended_ = false;
};

/// A piece that is too long: its digest and first bytes are kept, the rest streams by.
class TooLong {
 public:
  void add(std::string_view bytes) {
    sha_.update(bytes);
    length_ += static_cast<std::int64_t>(bytes.size());
    if (head_.size() < kept_of_too_long)
      head_.append(bytes.substr(0, kept_of_too_long - head_.size()));
  }
  records::Problem problem(std::int64_t line, std::int64_t offset, std::size_t limit) {
    records::Problem problem;
    problem.line = line;
    problem.offset = offset;
    problem.type = std::string(sniff_type(head_));
    problem.rule = "too-long";
    problem.expected = "at most " + std::to_string(limit) + " bytes in one line or entry";
    problem.found = std::to_string(length_) + " bytes";
    problem.original = std::move(head_);
    problem.digest = sha_.hex();
    problem.length = length_;
    return problem;
  }

 private:
  crypto::Sha256 sha_;
  std::string head_;
  std::int64_t length_ = 0;
};

/// Collects pieces into chunks and hands them on.
class Collector {
 public:
  Collector(const ReaderOptions& options, const std::function<bool(Chunk&&)>& emit,
            const Window& window, std::int64_t file_bytes)
      : options_(options), emit_(emit), window_(window), file_bytes_(file_bytes) {}

  bool stopped() const { return summary_.stopped; }

  void add(std::string_view text, std::int64_t line, std::int64_t offset) {
    if (!options_.wants(sniff_type(text))) {
      ++summary_.left;
      return;
    }
    ++summary_.taken;
    chunk_.pieces.push_back({static_cast<std::uint32_t>(chunk_.text.size()),
                             static_cast<std::uint32_t>(text.size()), line, offset});
    chunk_.text.append(text);
    chunk_.text.push_back('\n');
    if (chunk_.text.size() >= options_.chunk_bytes) flush();
  }

  void add_problem(records::Problem problem) {
    if (!options_.want_problems) {
      ++summary_.left;
      return;
    }
    chunk_.problems.push_back(std::move(problem));
    if (chunk_.problems.size() >= 64) flush();
  }

  void flush() {
    if (chunk_.pieces.empty() && chunk_.problems.empty()) return;
    chunk_.text.append(simdjson::SIMDJSON_PADDING, '\0');
    if (file_bytes_ > 0)
      chunk_.fraction =
          static_cast<double>(window_.source().consumed()) / static_cast<double>(file_bytes_);
    if (!summary_.stopped && !emit_(std::move(chunk_))) summary_.stopped = true;
    chunk_ = Chunk{};
    chunk_.text.reserve(options_.chunk_bytes + (64u << 10));
  }

  ReadSummary finish() {
    flush();
    summary_.bytes = window_.total();
    return summary_;
  }

 private:
  const ReaderOptions& options_;
  const std::function<bool(Chunk&&)>& emit_;
  const Window& window_;
  std::int64_t file_bytes_;
  Chunk chunk_;
  ReadSummary summary_;
};

records::Problem damaged(const Window& window, std::int64_t line, std::string_view rest) {
  records::Problem problem;
  problem.line = line;
  problem.offset = window.offset();
  problem.type = std::string(sniff_type(rest));
  problem.rule = window.source().damage().empty() ? "truncated" : "damaged-file";
  problem.expected = "a complete file";
  problem.found =
      window.source().damage().empty() ? "the file ends inside a value" : window.source().damage();
  problem.original = std::string(rest.substr(0, kept_of_too_long));
  problem.length = static_cast<std::int64_t>(rest.size());
  return problem;
}

/// Cuts the entries out of Bundles and arrays, one at a time.
class DocumentReader {
 public:
  DocumentReader(Window& window, Collector& collector, const ReaderOptions& options)
      : window_(window), collector_(collector), options_(options) {}

  void read() {
    while (window_.view().size() <= options_.max_piece && window_.grow()) {
    }
    const bool whole = window_.ended();
    const char first = next_char();
    if (first == '[') {
      window_.drop(1);
      elements([this](std::string_view text, std::int64_t offset) { resource(text, offset); });
    } else if (whole) {
      whole_document();
    } else {
      streamed_bundle();
    }
    if (!window_.source().damage().empty() && whole_damage_reported_ == false)
      collector_.add_problem(damaged(window_, entry_ + 1, window_.view()));
  }

  /// A Bundle that lies in memory whole (one line of NDJSON). False when it is not complete JSON.
  bool bundle_text(std::string_view text, std::int64_t offset) {
    bool has_entries = false;
    const bool complete = for_each_member(text, [&](std::string_view key, std::string_view value) {
      if (key != "entry" || value.front() != '[') return;
      has_entries = true;
      std::size_t at = 1;
      while (at < value.size() && !collector_.stopped()) {
        at = value.find_first_not_of(" \t\r\n,", at);
        if (at == npos || value[at] == ']') break;
        const std::size_t end = value_end(value, at);
        if (end == npos) break;
        entry(value.substr(at, end - at),
              offset + (value.data() - text.data()) + static_cast<std::int64_t>(at));
        at = end;
      }
    });
    return complete && (has_entries || sniff_type(text) == "Bundle");
  }

 private:
  char next_char() {
    for (;;) {
      const std::string_view view = window_.view();
      const std::size_t at = view.find_first_not_of(" \t\r\n,");
      if (at != npos) {
        window_.drop(at);
        return window_.view().front();
      }
      window_.drop(view.size());
      if (!window_.grow()) return '\0';
    }
  }

  void whole_document() {
    const std::string_view text = trimmed(window_.view());
    const std::int64_t offset = window_.offset();
    if (bundle_text(text, offset)) {
      window_.drop(window_.view().size());
      return;
    }
    if (sniff_type(text) == "Bundle" || !window_.source().damage().empty()) {
      cut_off_document();
      return;
    }
    ++entry_;
    collector_.add(text, entry_, offset);
    window_.drop(window_.view().size());
  }

  /// The text ends early: what is complete is taken, the last piece is a problem.
  void cut_off_document() {
    streamed_bundle();
    if (collector_.stopped()) return;
    collector_.add_problem(damaged(window_, entry_ + 1, window_.view()));
    whole_damage_reported_ = true;
    window_.drop(window_.view().size());
  }

  /// Goes through the members of the top object without holding more than one entry.
  void streamed_bundle() {
    if (next_char() != '{') return;
    window_.drop(1);
    while (!collector_.stopped()) {
      const char c = next_char();
      if (c != '"') return;
      std::string key;
      if (!take_value([&](std::string_view text, std::int64_t) { key = std::string(text); }))
        return;
      if (next_char() != ':') return;
      window_.drop(1);
      if (key == "\"entry\"" && next_char() == '[') {
        window_.drop(1);
        if (!elements([this](std::string_view text, std::int64_t offset) { entry(text, offset); }))
          return;
      } else if (!take_value([](std::string_view, std::int64_t) {})) {
        return;
      }
    }
  }

  template <class Use>
  bool elements(const Use& use) {
    while (!collector_.stopped()) {
      const char c = next_char();
      if (c == '\0') return false;
      if (c == ']') {
        window_.drop(1);
        return true;
      }
      if (!take_value(use)) return false;
    }
    return false;
  }

  /// Hands one complete value on and drops it. A value over the limit is reported and skipped.
  template <class Use>
  bool take_value(const Use& use) {
    std::size_t known = 0;
    for (;;) {
      const std::string_view view = window_.view();
      const std::size_t end = value_end(view, 0);
      const bool inside = end == npos || (end == view.size() && !window_.ended());
      if (!inside) {
        if (end == 0) return false;
        use(view.substr(0, end), window_.offset());
        window_.drop(end);
        return true;
      }
      if (view.size() > options_.max_piece) return skip_too_long();
      known = std::max<std::size_t>(view.size(), read_block);
      if (!window_.grow(known)) return false;
    }
  }

  bool skip_too_long() {
    TooLong piece;
    const std::int64_t offset = window_.offset();
    std::size_t depth = 0;
    bool in_string = false, escaped = false;
    ++entry_;
    do {
      const std::string_view view = window_.view();
      for (std::size_t at = 0; at < view.size(); ++at) {
        const char c = view[at];
        if (escaped)
          escaped = false;
        else if (in_string && c == '\\')
          escaped = true;
        else if (c == '"')
          in_string = !in_string;
        else if (!in_string && (c == '{' || c == '['))
          ++depth;
        else if (!in_string && (c == '}' || c == ']'))
          --depth;
        if (depth == 0 && !in_string) {
          piece.add(view.substr(0, at + 1));
          window_.drop(at + 1);
          collector_.add_problem(piece.problem(entry_, offset, options_.max_piece));
          return true;
        }
      }
      piece.add(view);
      window_.drop(view.size());
    } while (window_.grow());
    collector_.add_problem(piece.problem(entry_, offset, options_.max_piece));
    return false;
  }

  void entry(std::string_view text, std::int64_t offset) {
    std::string_view full_url, resource_text, method;
    const bool object = for_each_member(text, [&](std::string_view key, std::string_view value) {
      if (key == "fullUrl" && value.size() > 2) full_url = value.substr(1, value.size() - 2);
      if (key == "resource") resource_text = value;
      if (key == "request")
        for_each_member(value, [&](std::string_view inner, std::string_view raw) {
          if (inner == "method" && raw.size() > 2) method = raw.substr(1, raw.size() - 2);
        });
    });
    if (!object || resource_text.empty() ||
        (!method.empty() && method != "POST" && method != "PUT")) {
      ++entry_;
      records::Problem problem;
      problem.line = entry_;
      problem.offset = offset;
      problem.rule = object && !resource_text.empty() ? "unsupported-request" : "no-resource";
      problem.path = "Bundle.entry";
      problem.expected =
          problem.rule == "no-resource" ? "an object with `resource`" : "POST or PUT";
      problem.found = std::string(method.substr(0, 40));
      problem.original = std::string(text.substr(0, kept_of_too_long));
      problem.length = static_cast<std::int64_t>(text.size());
      collector_.add_problem(std::move(problem));
      return;
    }
    if (options_.collect && !full_url.empty()) collect(full_url, resource_text);
    resource(resource_text, offset + (resource_text.data() - text.data()));
  }

  void collect(std::string_view full_url, std::string_view text) {
    std::string_view id;
    for_each_member(text, [&](std::string_view key, std::string_view value) {
      if (key == "id" && value.size() > 2) id = value.substr(1, value.size() - 2);
    });
    if (id.empty()) return;
    options_.collect->insert_or_assign(std::string(full_url),
                                       std::string(sniff_type(text)) + "/" + std::string(id));
  }

  void resource(std::string_view text, std::int64_t offset) {
    ++entry_;
    if (options_.resolve && !options_.resolve->empty() && text.find("\"urn:") != npos) {
      collector_.add(with_links(text, *options_.resolve), entry_, offset);
    } else {
      collector_.add(text, entry_, offset);
    }
  }

  Window& window_;
  Collector& collector_;
  const ReaderOptions& options_;
  std::int64_t entry_ = 0;
  bool whole_damage_reported_ = false;
};

/// Reads lines, each a resource (or a Bundle in one line).
class LineReader {
 public:
  LineReader(Window& window, Collector& collector, const ReaderOptions& options)
      : window_(window), collector_(collector), options_(options) {}

  void read() {
    while (!collector_.stopped()) {
      const std::string_view view = window_.view();
      const std::size_t end = view.find('\n', scanned_);
      if (end != npos) {
        ++line_;
        line(view.substr(0, end));
        window_.drop(end + 1);
        scanned_ = 0;
        continue;
      }
      if (view.size() > options_.max_piece) {
        skip_too_long();
        continue;
      }
      scanned_ = view.size();
      if (!window_.grow()) break;
    }
    last_line();
  }

 private:
  void line(std::string_view raw) {
    const std::string_view text = trimmed(raw);
    if (text.empty()) return;
    const std::int64_t offset = window_.offset() + (text.data() - raw.data());
    if (text.size() > options_.max_piece) {
      TooLong piece;
      piece.add(text);
      collector_.add_problem(piece.problem(line_, offset, options_.max_piece));
      return;
    }
    if (text.front() == '{' && sniff_type(text.substr(0, 4096)) == "Bundle") {
      DocumentReader bundle(window_, collector_, options_);
      if (bundle.bundle_text(text, offset)) return;
    }
    collector_.add(text, line_, offset);
  }

  void last_line() {
    if (collector_.stopped()) return;
    const std::string_view rest = trimmed(window_.view());
    ++line_;
    if (!window_.source().damage().empty()) {
      collector_.add_problem(damaged(window_, line_, rest));
    } else if (!rest.empty()) {
      line(window_.view());
    }
    window_.drop(window_.view().size());
  }

  void skip_too_long() {
    TooLong piece;
    const std::int64_t offset = window_.offset();
    ++line_;
    do {
      const std::string_view view = window_.view();
      const std::size_t end = view.find('\n');
      piece.add(view.substr(0, end));
      window_.drop(end == npos ? view.size() : end + 1);
      if (end != npos) break;
    } while (window_.grow());
    scanned_ = 0;
    collector_.add_problem(piece.problem(line_, offset, options_.max_piece));
  }

  Window& window_;
  Collector& collector_;
  const ReaderOptions& options_;
  std::int64_t line_ = 0;
  std::size_t scanned_ = 0;  // bytes of the window known to hold no line end
};

bool is_complete_object(std::string_view text) {
  const std::string_view value = trimmed(text);
  return !value.empty() && value.front() == '{' && value_end(value, 0) == value.size();
}

/// Lines or one document? Told by the first line, and by the second where the first is broken.
bool is_document(std::string_view head) {
  const std::string_view text = trimmed(head);
  if (text.empty()) return false;
  if (text.front() == '[') return true;
  if (text.front() != '{') return false;
  const std::size_t first_end = text.find('\n');
  if (first_end == npos) return sniff_type(text.substr(0, 4096)) == "Bundle";
  if (is_complete_object(text.substr(0, first_end))) return false;
  const std::string_view rest = trimmed(text.substr(first_end + 1));
  const std::size_t second_end = rest.find('\n');
  return rest.empty() || rest.front() != '{' || !is_complete_object(rest.substr(0, second_end));
}

Result<void> check_text(std::string_view head, const std::string& path) {
  if (head.empty()) return fail(ErrorCode::invalid_input, "the file is empty", path);
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF"))
    return fail(ErrorCode::invalid_input, "the file is UTF-16; expected UTF-8 or GB18030", path);
  const std::size_t nul = head.find('\0');
  if (nul != npos)
    return fail(ErrorCode::invalid_input,
                "the file is binary (a zero byte at offset " + std::to_string(nul) +
                    "); expected NDJSON, a JSON Bundle, or these in gzip",
                path);
  return {};
}

bool is_xml(std::string_view head) {
  const std::string_view text = trimmed(head);
  return !text.empty() && text.front() == '<';
}

/// FHIR XML is read whole and becomes JSON before it is cut into pieces.
Result<void> turn_into_json(Window& window, const std::string& path) {
  const fhir::XmlLimits limits;
  while (window.view().size() <= limits.bytes && window.grow()) {
  }
  if (!window.source().damage().empty())
    return fail(ErrorCode::invalid_input, window.source().damage(), path);
  auto json = fhir::xml_to_json(window.view(), limits);
  if (!json) {
    const std::string& where = json.error().where;
    return fail(ErrorCode::invalid_input,
                where.empty() ? json.error().message : where + ": " + json.error().message, path);
  }
  window.replace(std::move(*json));
  return {};
}

}  // namespace

Result<ReadSummary> read_pieces(const std::string& path, std::int64_t file_bytes,
                                const ReaderOptions& options,
                                const std::function<bool(Chunk&&)>& emit) {
  auto source = ByteSource::open(path, options.spool_key);
  if (!source) return unexpected(source.error());
  Window window(std::move(*source));
  while (window.view().size() < sniffed_head && window.grow()) {
  }
  const std::string_view head = window.view().substr(0, sniffed_head);
  if (head.empty() && !window.source().damage().empty())
    return fail(ErrorCode::invalid_input, window.source().damage(), path);
  auto text = check_text(head, path);
  if (!text) return unexpected(text.error());
  if (head.starts_with("\xEF\xBB\xBF")) window.drop(3);

  if (is_xml(window.view().substr(0, sniffed_head))) {
    auto turned = turn_into_json(window, path);
    if (!turned) return unexpected(turned.error());
  }

  Collector collector(options, emit, window, file_bytes);
  if (is_document(window.view().substr(0, sniffed_head))) {
    DocumentReader(window, collector, options).read();
  } else {
    LineReader(window, collector, options).read();
  }
  return collector.finish();
}

}  // namespace hb::ingest
