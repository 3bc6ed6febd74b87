#include "search/open_index.hpp"

#include <filesystem>

namespace hb::search {

namespace fs = std::filesystem;

namespace {

bool is_damaged(const Error& error) {
  return error.code == ErrorCode::invalid_input ||
         error.message.find("damaged") != std::string::npos;
}

}  // namespace

Result<std::unique_ptr<Index>> open_index(const std::string& path, const records::Store& store,
                                          IndexPlan plan) {
  auto opened = Index::open(path, store, plan);
  if (opened || !is_damaged(opened.error())) return opened;
  std::error_code error;
  fs::rename(path, path + ".damaged", error);
  fs::remove(path + "-wal", error);
  fs::remove(path + "-shm", error);
  return Index::open(path, store, std::move(plan));
}

}  // namespace hb::search
