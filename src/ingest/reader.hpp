#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "ingest/source.hpp"
#include "records/types.hpp"

namespace hb::ingest {

/// One resource as it stands in a delivery: a line of NDJSON or an entry of a Bundle.
struct Piece {
  std::uint32_t begin;  ///< in Chunk::text
  std::uint32_t length;
  std::int64_t line;    ///< 1-based line; entry number in a Bundle or array
  std::int64_t offset;  ///< of the piece in the unpacked file
};

/// A few thousand pieces, together with what could not even be cut out of the file.
struct Chunk {
  std::string text;  ///< ends with padding, so that a parser may read on behind the last piece
  std::vector<Piece> pieces;
  std::vector<records::Problem> problems;  ///< too long, cut off: rule, line, offset, original
  double fraction = 0;                     ///< of the file read so far
  std::string_view piece(std::size_t index) const {
    return std::string_view(text).substr(pieces[index].begin, pieces[index].length);
  }
};

/// What the fullUrls of a Bundle stand for: "urn:uuid:…" → "Patient/…". Memory grows with the
/// entries.
using BundleLinks = std::unordered_map<std::string, std::string>;

struct ReaderOptions {
  std::size_t max_piece = 16u << 20;   ///< bytes; a longer piece becomes a problem, unparsed
  std::size_t chunk_bytes = 2u << 20;  ///< about so much text per chunk
  std::string spool_key;               ///< as ByteSource::open
  /// Which pieces this pass takes, by sniffed resource type ("" when none is found).
  std::function<bool(std::string_view type)> wants;
  bool want_problems = true;             ///< report what cannot be cut out (one pass only)
  BundleLinks* collect = nullptr;        ///< filled from fullUrl and resource
  const BundleLinks* resolve = nullptr;  ///< references to these are rewritten
};

struct ReadSummary {
  std::int64_t taken = 0;
  std::int64_t left = 0;   ///< pieces and problems of the other pass
  std::int64_t bytes = 0;  ///< unpacked
  bool stopped = false;    ///< emit said so
};

/// Reads a file piece by piece in bounded memory. emit returns false to stop.
/// errors  what makes the whole file unusable: cannot be opened, empty, binary, UTF-16
Result<ReadSummary> read_pieces(const std::string& path, std::int64_t file_bytes,
                                const ReaderOptions& options,
                                const std::function<bool(Chunk&&)>& emit);

}  // namespace hb::ingest
