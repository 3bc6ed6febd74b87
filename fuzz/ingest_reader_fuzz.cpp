// Cutting deliveries into pieces: any bytes, with small limits so that long lines and streams are met often.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>

#include "ingest/reader.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int file = memfd_create("delivery", 0);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) return 0;
  lseek(file, 0, SEEK_SET);
  const std::string path = "/proc/self/fd/" + std::to_string(file);

  hb::ingest::BundleLinks links;
  hb::ingest::ReaderOptions options;
  options.max_piece = 512;
  options.chunk_bytes = 256;
  options.collect = &links;
  options.wants = [](std::string_view) { return true; };
  const auto check = [](hb::ingest::Chunk&& chunk) {
    for (std::size_t index = 0; index < chunk.pieces.size(); ++index)
      if (chunk.piece(index).size() != chunk.pieces[index].length) std::abort();
    return true;
  };
  (void)hb::ingest::read_pieces(path, static_cast<std::int64_t>(size), options, check);
  options.collect = nullptr;
  options.resolve = &links;
  (void)hb::ingest::read_pieces(path, static_cast<std::int64_t>(size), options, check);
  return 0;
}
