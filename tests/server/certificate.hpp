#pragma once
#include <filesystem>

namespace hb::test {

/// Writes a self-signed certificate for the address 127.0.0.1 (not for "localhost"), valid for a
/// day, and its key (mode 600).
void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key);

}  // namespace hb::test
