#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <simdjson.h>
#include <zlib.h>

namespace hb::bench {

/// The Synthea sample's types that have tables, unpacked, `copies` times (HB_BENCH_COPIES, 10):
/// about 21 MB a copy. Ids repeat: nothing here looks at them.
class Sample {
 public:
  static const Sample& get() {
    static const Sample sample;
    return sample;
  }
  ~Sample() {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }

  /// All lines of all types, padded for simdjson.
  std::string_view text() const {
    return std::string_view(text_).substr(0, text_.size() - simdjson::SIMDJSON_PADDING);
  }
  std::string file(const std::string& type) const { return directory_ / (type + ".ndjson"); }
  const std::filesystem::path& directory() const { return directory_; }
  static constexpr const char* types[] = {"Patient",   "Practitioner",      "Organization",
                                          "Encounter", "Condition",         "Observation",
                                          "Procedure", "MedicationRequest", "Immunization"};

 private:
  Sample() {
    std::string name = (std::filesystem::temp_directory_path() / "hb-bench-XXXXXX").string();
    directory_ = mkdtemp(name.data());
    const char* given = std::getenv("HB_BENCH_COPIES");
    const int copies = given != nullptr ? std::atoi(given) : 10;
    for (const char* type : types) {
      const std::string once = unpack(std::filesystem::path(HB_SHARED_DIR) / "data/synthea/ndjson" /
                                      (std::string(type) + ".ndjson.gz"));
      std::ofstream out(file(type), std::ios::binary);
      for (int i = 0; i < copies; ++i) {
        out << once;
        text_ += once;
      }
    }
    text_.append(simdjson::SIMDJSON_PADDING, '\0');
  }

  static std::string unpack(const std::filesystem::path& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) throw std::runtime_error("the sample is missing: " + path.string());
    std::string text;
    std::string block(1 << 18, '\0');
    int got = 0;
    while ((got = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0)
      text.append(block, 0, static_cast<std::size_t>(got));
    gzclose(file);
    return text;
  }

  std::filesystem::path directory_;
  std::string text_;
};

}  // namespace hb::bench
