#include "records/health.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace hb::records {

std::optional<Error> Health::write_fault() const {
  const std::lock_guard lock(mutex_);
  return write_fault_;
}

void Health::committed(std::uint64_t writes) {
  ++commits_;
  writes_ += writes;
  const std::lock_guard lock(mutex_);
  write_fault_.reset();
}

void Health::failed(const Error& why) {
  ++failed_;
  const std::lock_guard lock(mutex_);
  write_fault_ = why;
}

bool is_disk_full(const Error& error) {
  return error.code == ErrorCode::unavailable && error.message.starts_with("the disk ") &&
         error.message.find(" is full") != std::string::npos;
}

HighMark::~HighMark() {
  if (file_ >= 0) close(file_);
}

BatchId HighMark::open(const std::string& path) {
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  BatchId batch = 0;
  if (file_ >= 0 && pread(file_, &batch, sizeof batch, 0) != sizeof batch) batch = 0;
  return batch;
}

void HighMark::set(BatchId batch) {
  // A number that is not written is only too low: what it would have said is not known then.
  if (file_ >= 0 && pwrite(file_, &batch, sizeof batch, 0) < 0) return;
}

}  // namespace hb::records
