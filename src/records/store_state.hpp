#pragma once
#include <memory>

#include "records/engine.hpp"
#include "records/store.hpp"

namespace hb::records {

struct Store::State {
  std::unique_ptr<Engine> engine;
};

}  // namespace hb::records
