#include "records/packer.hpp"

#include <zdict.h>
#include <zstd.h>

#include <map>
#include <mutex>
#include <shared_mutex>

#include "core/check.hpp"

namespace hb::records {
namespace {

enum class Way : std::uint8_t { raw = 0, zstd = 1, dictionary = 2 };
constexpr std::uint8_t sealed_flag = 0x80;
constexpr std::size_t magic_bytes = 4;  // the same in every zstd frame: not stored
constexpr char magic[magic_bytes] = {'\x28', '\xB5', '\x2F', '\xFD'};
constexpr std::size_t dictionary_bytes = 64 * 1024;
constexpr std::uint64_t body_limit = 1ULL << 30;  // a damaged header must not ask for more memory
constexpr int compression_level = 3;
constexpr std::string_view seal_context = "body";

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
struct FreeCompressDictionary {
  void operator()(ZSTD_CDict* dictionary) const { ZSTD_freeCDict(dictionary); }
};
struct FreeDecompressDictionary {
  void operator()(ZSTD_DDict* dictionary) const { ZSTD_freeDDict(dictionary); }
};

ZSTD_CCtx* thread_compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeCompressor> context = [] {
    std::unique_ptr<ZSTD_CCtx, FreeCompressor> made(ZSTD_createCCtx());
    HB_CHECK(made != nullptr);
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, compression_level);
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_dictIDFlag, 0);  // our header names it
    return made;
  }();
  return context.get();
}

ZSTD_DCtx* thread_decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeDecompressor> context(ZSTD_createDCtx());
  HB_CHECK(context != nullptr);
  return context.get();
}

void append_varint(std::string& text, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) text += static_cast<char>((value & 0x7F) | 0x80);
  text += static_cast<char>(value);
}

/// Reads a varint from the front of bytes, which shrinks; 0 when there is none.
std::uint32_t take_varint(std::string_view& bytes) {
  std::uint32_t value = 0;
  for (int shift = 0; shift < 35 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= static_cast<std::uint32_t>(byte & 0x7F) << shift;
    if (byte < 0x80) return value;
  }
  return 0;
}

tl::unexpected<Error> damaged(const char* why) {
  return fail(ErrorCode::invalid_input, std::string("a stored body is damaged: ") + why);
}

Result<std::string> decompress(std::string_view frame, const ZSTD_DDict* dictionary) {
  std::string whole;
  whole.reserve(magic_bytes + frame.size());
  whole.append(magic, magic_bytes).append(frame);
  const unsigned long long size = ZSTD_getFrameContentSize(whole.data(), whole.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > body_limit) {
    return damaged("no zstd frame");
  }
  std::string json(size, '\0');
  const std::size_t written =
      dictionary == nullptr
          ? ZSTD_decompressDCtx(thread_decompressor(), json.data(), json.size(), whole.data(),
                                whole.size())
          : ZSTD_decompress_usingDDict(thread_decompressor(), json.data(), json.size(),
                                       whole.data(), whole.size(), dictionary);
  if (ZSTD_isError(written) != 0) return damaged(ZSTD_getErrorName(written));
  if (written != json.size()) return damaged("too short");
  return json;
}

/// A packed body cut into its parts.
struct Parts {
  Way way = Way::raw;
  bool sealed = false;
  std::uint32_t dictionary = 0;
  std::string_view header;   // all before the payload
  std::string_view payload;  // sealed, or the frame
};

Result<Parts> parts_of(std::string_view packed) {
  if (packed.empty()) return damaged("it is empty");
  const std::string_view whole = packed;
  const auto first = static_cast<std::uint8_t>(packed.front());
  packed.remove_prefix(1);
  Parts parts;
  parts.sealed = (first & sealed_flag) != 0;
  parts.way = static_cast<Way>(first & ~sealed_flag);
  if (parts.way > Way::dictionary) return damaged("its way of packing is not known");
  if (parts.way == Way::dictionary) parts.dictionary = take_varint(packed);
  parts.header = whole.substr(0, whole.size() - packed.size());
  parts.payload = packed;
  return parts;
}

}  // namespace

struct Packer::State {
  explicit State(const crypto::Vault& a_vault) : vault(a_vault) {}
  const crypto::Vault& vault;

  struct Dictionary {
    std::uint32_t id;
    std::unique_ptr<ZSTD_CDict, FreeCompressDictionary> compress;
    std::unique_ptr<ZSTD_DDict, FreeDecompressDictionary> decompress;
  };
  mutable std::shared_mutex mutex;
  std::map<std::uint32_t, Dictionary> dictionaries;  // never removed: pointers stay valid
  std::map<std::string, const Dictionary*, std::less<>> newest;  // per type

  const Dictionary* of_type(std::string_view type) const {
    const std::shared_lock lock(mutex);
    const auto found = newest.find(type);
    return found == newest.end() ? nullptr : found->second;
  }
  const Dictionary* of_id(std::uint32_t id) const {
    const std::shared_lock lock(mutex);
    const auto found = dictionaries.find(id);
    return found == dictionaries.end() ? nullptr : &found->second;
  }
};

Packer::Packer(const crypto::Vault& vault) : state_(std::make_unique<State>(vault)) {}
Packer::~Packer() = default;

std::string Packer::pack(std::string_view type, std::string_view json) const {
  const State::Dictionary* dictionary = state_->of_type(type);
  const bool sealed = state_->vault.seals(type);
  const auto flag = static_cast<std::uint8_t>(sealed ? sealed_flag : 0);
  std::string header;
  header += static_cast<char>(
      static_cast<std::uint8_t>(dictionary == nullptr ? Way::zstd : Way::dictionary) | flag);
  if (dictionary != nullptr) append_varint(header, dictionary->id);

  ZSTD_CCtx* context = thread_compressor();
  ZSTD_CCtx_refCDict(context, dictionary == nullptr ? nullptr : dictionary->compress.get());
  thread_local std::string frame;
  frame.resize(ZSTD_compressBound(json.size()));
  const std::size_t size =
      ZSTD_compress2(context, frame.data(), frame.size(), json.data(), json.size());
  HB_CHECK(ZSTD_isError(size) == 0 && size > magic_bytes);
  std::string_view payload(frame.data() + magic_bytes, size - magic_bytes);
  if (payload.size() >= json.size()) {
    header.assign(1, static_cast<char>(static_cast<std::uint8_t>(Way::raw) | flag));
    payload = json;
  }
  return header.append(sealed ? state_->vault.seal(payload, seal_context) : payload);
}

Result<std::string> Packer::unpack(std::string_view packed) const {
  const Result<Parts> parts = parts_of(packed);
  if (!parts) return unexpected(parts.error());
  const State::Dictionary* dictionary = nullptr;
  if (parts->way == Way::dictionary) {
    dictionary = state_->of_id(parts->dictionary);
    if (dictionary == nullptr) return damaged("its dictionary is not in the store");
  }
  std::string_view frame = parts->payload;
  std::string opened;
  if (parts->sealed) {
    Result<std::string> plain = state_->vault.open(frame, seal_context);
    if (!plain) return plain;
    opened = std::move(*plain);
    if (parts->way == Way::raw) return opened;
    frame = opened;
  }
  if (parts->way == Way::raw) return std::string(frame);
  return decompress(frame, dictionary == nullptr ? nullptr : dictionary->decompress.get());
}

Result<std::optional<std::string>> Packer::resealed(std::string_view type,
                                                    std::string_view packed) const {
  if (packed.empty()) return std::nullopt;  // a deletion
  const Result<Parts> parts = parts_of(packed);
  if (!parts) return unexpected(parts.error());
  const bool seals = state_->vault.seals(type);
  if (parts->sealed ? !state_->vault.is_outdated(parts->payload) : !seals) return std::nullopt;
  Result<std::string> frame = parts->sealed ? state_->vault.open(parts->payload, seal_context)
                                            : std::string(parts->payload);
  if (!frame) return unexpected(frame.error());
  std::string again(parts->header);
  again.front() = static_cast<char>(static_cast<std::uint8_t>(again.front()) | sealed_flag);
  return again.append(state_->vault.seal(*frame, seal_context));
}

std::uint32_t Packer::key_of(std::string_view packed) const {
  const Result<Parts> parts = parts_of(packed);
  const auto ring = state_->vault.ring();
  return parts && parts->sealed && ring ? ring->key_of(parts->payload) : 0;
}

void Packer::add_dictionary(std::uint32_t id, std::string_view type, std::string_view content) {
  State::Dictionary made{id,
                         std::unique_ptr<ZSTD_CDict, FreeCompressDictionary>(
                             ZSTD_createCDict(content.data(), content.size(), compression_level)),
                         std::unique_ptr<ZSTD_DDict, FreeDecompressDictionary>(
                             ZSTD_createDDict(content.data(), content.size()))};
  HB_CHECK(made.compress != nullptr && made.decompress != nullptr);
  const std::unique_lock lock(state_->mutex);
  const auto [place, added] = state_->dictionaries.emplace(id, std::move(made));
  if (added) state_->newest.insert_or_assign(std::string(type), &place->second);
}

bool Packer::has_dictionary(std::string_view type) const {
  return state_->of_type(type) != nullptr;
}

Result<std::string> Packer::train(const std::vector<std::string>& samples) {
  std::string joined;
  std::vector<std::size_t> sizes;
  for (const std::string& sample : samples) {
    joined += sample;
    sizes.push_back(sample.size());
  }
  std::string content(dictionary_bytes, '\0');
  const std::size_t size = ZDICT_trainFromBuffer(content.data(), content.size(), joined.data(),
                                                 sizes.data(), static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size) != 0) {
    return fail(ErrorCode::invalid_input, std::string("no dictionary can be learnt from ") +
                                              std::to_string(samples.size()) +
                                              " bodies: " + ZDICT_getErrorName(size));
  }
  content.resize(size);
  return content;
}

}  // namespace hb::records
